using System.Globalization;
using System.Runtime.Versioning;
using Npgsql;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>A copy of a running server's data (<c>pg_basebackup</c>) that starts as its streaming standby.</summary>
[UnsupportedOSPlatform("windows")]
sealed class BaseBackup(PostgresBinaries binaries, ServerAccount account, string folder)
{
    const string Program = "pg_basebackup";

    /// <exception cref="SourceUnavailableException">The binaries come without it.</exception>
    public static void CheckIsThere(PostgresBinaries binaries)
    {
        if (!File.Exists(Path.Combine(binaries.Folder, Program)))
        {
            throw new SourceUnavailableException(
                $"{binaries.Folder} has no {Program}, which makes a standby; Debian's package postgresql has it.");
        }
    }

    /// <exception cref="PostgresServerException">The copy failed; the message has what the program said.</exception>
    public async Task TakeAsync(PostgresServer primary, string data, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // A file, as a command line is for everybody to read. It stays: the standby goes on using it.
        var connection = new NpgsqlConnectionStringBuilder(primary.ConnectionString);
        var passwordFile = Path.Combine(folder, "primary-password");
        await File.WriteAllTextAsync(
            passwordFile, $"*:*:*:{connection.Username}:{connection.Password}\n", cancellationToken).ConfigureAwait(false);
        File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        account.Own(passwordFile);

        var port = primary.Port.ToString(CultureInfo.InvariantCulture);
        var (exitCode, output) = await Command.RunAsync(
            account.Running(
                Path.Combine(binaries.Folder, Program), "-D", data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
                "-d", $"host={primary.Host} port={port} user={connection.Username} passfile={Quoted(passwordFile)}"),
            folder, timeout, cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
        {
            throw new PostgresServerException(
                $"{Program} of {binaries.Origin} failed (exit code {exitCode.ToString(CultureInfo.InvariantCulture)}):"
                + Environment.NewLine + output.TrimEnd());
        }
    }

    static string Quoted(string value) =>
        $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
