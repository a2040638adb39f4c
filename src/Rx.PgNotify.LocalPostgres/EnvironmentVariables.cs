namespace Rx.PgNotify.LocalPostgres;

/// <summary>The variables by which the person at the machine chooses a server. An empty one counts as not set.</summary>
static class EnvironmentVariables
{
    public const string Connection = "PGNOTIFY_TEST_CONNECTION";
    public const string Source = "PGNOTIFY_POSTGRES_SOURCE";
    public const string Version = "PGNOTIFY_POSTGRES_VERSION";

    public static string? Get(string name) =>
        Environment.GetEnvironmentVariable(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
}
