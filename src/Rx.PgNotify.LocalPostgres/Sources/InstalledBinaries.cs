using System.Runtime.Versioning;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>The PostgreSQL binaries on this machine, newest first.</summary>
sealed class InstalledBinaries : IPostgresSource
{
    // Where distributions, the PostgreSQL packagers and Homebrew keep versions side by side, off the PATH.
    static readonly (string Parent, string Versions, string Binaries)[] s_versionedFolders =
    [
        ("/usr/lib/postgresql", "*", "bin"),
        ("/usr", "pgsql-*", "bin"),
        ("/usr/libexec", "postgresql*", ""),
        ("/usr/local", "pgsql*", "bin"),
        ("/opt/homebrew/opt", "postgresql*", "bin"),
        ("/usr/local/opt", "postgresql*", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql*", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "*", "bin"),
    ];

    public string Name => "binaries";

    public Task<IPostgresInstance> StartAsync(PostgresServerOptions options, CancellationToken cancellationToken) =>
        OperatingSystem.IsWindows()
            ? throw new SourceUnavailableException("on Windows no server is started from binaries.")
            : StartNewestAsync(options, cancellationToken);

    [UnsupportedOSPlatform("windows")]
    static async Task<IPostgresInstance> StartNewestAsync(
        PostgresServerOptions options, CancellationToken cancellationToken)
    {
        var account = await ServerAccount.ResolveAsync(cancellationToken).ConfigureAwait(false);
        var found = new List<PostgresBinaries>();
        var broken = new List<string>();
        foreach (var folder in Folders())
        {
            try
            {
                found.Add(await PostgresBinaries.ProbeAsync(folder, account, cancellationToken).ConfigureAwait(false));
            }
            catch (SourceUnavailableException e)
            {
                broken.Add(e.Message);
            }
        }

        var newest = found.Where(b => options.Version is null || b.Major == options.Version).MaxBy(b => b.Release);
        if (newest is not null)
            return await LocalCluster.StartAsync(newest, account, options, cancellationToken).ConfigureAwait(false);
        throw new SourceUnavailableException(Describe(found, broken, options.Version));
    }

    [UnsupportedOSPlatform("windows")]
    static string Describe(List<PostgresBinaries> found, List<string> broken, int? version)
    {
        var what = found.Count == 0
            ? "no folder with postgres and initdb on the PATH or in the usual places (such as /usr/lib/postgresql)."
            : $"version {version} was asked for, and found were only "
              + $"{string.Join(", ", found.Select(b => $"{b.Release} in {b.Folder}"))}.";
        return broken.Count == 0 ? what : $"{what} Not usable: {string.Join(" ", broken)}";
    }

    [UnsupportedOSPlatform("windows")]
    static IEnumerable<string> Folders()
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var versioned = s_versionedFolders
            .Where(place => Directory.Exists(place.Parent))
            .SelectMany(place => Directory.EnumerateDirectories(place.Parent, place.Versions)
                .Select(folder => Path.Combine(folder, place.Binaries)));
        return onPath.Concat(versioned)
            .Select(PostgresBinaries.ResolveFolder)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal);
    }
}
