namespace Rx.PgNotify.LocalPostgres;

/// <summary>Tries the sources in order and keeps a line for each that could not be used.</summary>
static class SourceSearch
{
    public static async Task<IPostgresInstance> StartAsync(
        PostgresServerOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPostgresSource> sources = options.AdditionalSource is { } additional
            ? [new GivenConnection(), additional, new InstalledBinaries(), new NpmPackage()]
            : [new GivenConnection(), new InstalledBinaries(), new NpmPackage()];
        if (options.Source is { } only)
            sources = [sources.FirstOrDefault(source => string.Equals(source.Name, only, StringComparison.Ordinal)) ?? throw Unknown(only, sources)];

        var attempts = new List<string>();
        foreach (var source in sources)
        {
            try
            {
                return await source.StartAsync(options, cancellationToken).ConfigureAwait(false);
            }
            catch (SourceUnavailableException e)
            {
                attempts.Add($"  {source.Name}: {e.Message}");
            }
        }

        throw new PostgresServerException(
            $"No PostgreSQL server could be had. Tried:{Environment.NewLine}"
            + string.Join(Environment.NewLine, attempts) + Environment.NewLine
            + $"Any one of these helps: set {EnvironmentVariables.Connection} to an Npgsql connection string of a "
            + "superuser; install PostgreSQL (such as the package postgresql); or install Node.js with npm, by which "
            + $"binaries are fetched. {EnvironmentVariables.Source} and {EnvironmentVariables.Version} narrow the search.");
    }

    static PostgresServerException Unknown(string name, IReadOnlyList<IPostgresSource> sources) =>
        new($"'{name}' is not a source of servers here ({EnvironmentVariables.Source}): "
            + $"the sources are {string.Join(", ", sources.Select(source => source.Name))}.");
}
