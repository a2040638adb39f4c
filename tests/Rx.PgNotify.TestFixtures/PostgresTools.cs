using System.Globalization;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.TestFixtures;

/// <summary>The programs around PostgreSQL that these tests need and that are not on every machine.</summary>
static class PostgresTools
{
    /// <summary>Makes a server of one's own come from binaries that can make a standby of it; ignores the test if there are none.</summary>
    public static void ChooseReplicable(PostgresServerOptions options)
    {
        const string versions = "/usr/lib/postgresql";
        var newest = (Directory.Exists(versions) ? Directory.EnumerateDirectories(versions) : [])
            .Where(folder => File.Exists($"{folder}/bin/postgres") && File.Exists($"{folder}/bin/pg_basebackup"))
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var major) ? major : 0)
            .DefaultIfEmpty()
            .Max();
        if (newest == 0)
            Assert.Ignore($"{versions} has no PostgreSQL with pg_basebackup. On Debian: apt-get install postgresql");
        options.Source = "binaries";
        options.Version = newest;
    }

    /// <summary>Starts a server of a major version; ignores the test if there is none of it and no npm to fetch one.</summary>
    public static async Task<PostgresServer> StartAsync(int major, Action<PostgresServerOptions>? configure = null)
    {
        try
        {
            return await TestServer.StartOwnAsync(options =>
            {
                options.Version = major;
                configure?.Invoke(options);
            });
        }
        catch (PostgresServerException e) when (e.Message.Contains("is not on the PATH", StringComparison.Ordinal))
        {
            Assert.Ignore(e.Message);
            throw;
        }
    }

    /// <summary>The path of a pooler's program; ignores the test if it is not there.</summary>
    public static string FindPooler(string program, string package)
    {
        var path = new[] { "/usr/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin" }
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
        if (path is null)
            Assert.Ignore($"{program} is not on this machine. On Debian: apt-get install {package}");
        return path!;
    }
}
