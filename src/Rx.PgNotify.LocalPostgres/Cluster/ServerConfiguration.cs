using System.Globalization;
using System.Text;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>What is added to the <c>postgresql.conf</c> and <c>pg_hba.conf</c> that <c>initdb</c> wrote.</summary>
static class ServerConfiguration
{
    static readonly HashSet<string> s_reserved =
        new(["port", "listen_addresses", "data_directory", "hba_file"], StringComparer.OrdinalIgnoreCase);

    public static async Task WriteAsync(string data, PostgresServerOptions options, CancellationToken cancellationToken)
    {
        // Not synchronous_commit: a server that is killed must have what it has committed when it starts again.
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["listen_addresses"] = "127.0.0.1",
            ["unix_socket_directories"] = "",
            ["max_connections"] = "200",
            ["fsync"] = options.Durable ? "on" : "off",
            ["full_page_writes"] = options.Durable ? "on" : "off",
        };
        foreach (var (name, value) in options.Settings)
            settings[name] = value;

        var lines = new StringBuilder().AppendLine();
        foreach (var (name, value) in settings)
            lines.Append(CultureInfo.InvariantCulture, $"{name} = '{Escaped(value)}'").AppendLine();
        await File.AppendAllTextAsync(Path.Combine(data, "postgresql.conf"), lines.ToString(), cancellationToken)
            .ConfigureAwait(false);

        if (options.AccessRules.Count > 0)
        {
            var file = Path.Combine(data, "pg_hba.conf");
            var defaults = await File.ReadAllLinesAsync(file, cancellationToken).ConfigureAwait(false);
            await File.WriteAllLinesAsync(file, options.AccessRules.Concat(defaults), cancellationToken).ConfigureAwait(false);
        }
    }

    public static string CheckedName(string name) =>
        name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.')
            ? throw new ArgumentException($"'{name}' is not the name of a server setting.")
            : s_reserved.Contains(name)
                ? throw new ArgumentException($"The setting {name} is chosen by {nameof(PostgresServer)} and cannot be set.")
                : name;

    public static string CheckedValue(string name, string value) =>
        IsOneLine(value) ? value : throw new ArgumentException($"The value of the setting {name} must be one line.");

    public static string CheckedRule(string rule) =>
        IsOneLine(rule) ? rule : throw new ArgumentException("A rule for pg_hba.conf must be one line.");

    static bool IsOneLine(string text) => text.AsSpan().IndexOfAny('\n', '\r', '\0') < 0;

    static string Escaped(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal);
}
