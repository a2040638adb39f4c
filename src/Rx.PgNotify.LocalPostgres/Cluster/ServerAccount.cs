using System.Globalization;
using System.Runtime.Versioning;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>
/// The account the server runs as. PostgreSQL refuses to run as root, so root runs it as <c>postgres</c> if there is
/// such an account, or else as <c>nobody</c>; everybody else runs it as themselves.
/// </summary>
[UnsupportedOSPlatform("windows")]
sealed class ServerAccount
{
    static readonly string[] s_names = ["postgres", "_postgres", "nobody"];

    readonly Func<string[], string[]> _wrap;
    readonly (uint User, uint Group)? _ids;

    ServerAccount(string description, (uint User, uint Group)? ids, Func<string[], string[]> wrap)
    {
        Description = description;
        _ids = ids;
        _wrap = wrap;
    }

    /// <summary>Such as "as account postgres".</summary>
    public string Description { get; }

    /// <summary>Whether it is another account than this process's own.</summary>
    public bool IsOther => _ids is not null;

    /// <summary>Finds the account and a way to run programs as it.</summary>
    /// <exception cref="SourceUnavailableException">This process is root's and can become nobody else.</exception>
    public static async Task<ServerAccount> ResolveAsync(CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
            return new ServerAccount("", null, command => command);
        var (name, user, group) = await FindAsync(cancellationToken).ConfigureAwait(false);
        Func<string[], string[]>[] ways =
        [
            command => ["setpriv", $"--reuid={user}", $"--regid={group}", "--clear-groups", .. command],
            command => ["runuser", "-u", name, "--", .. command],
            command => ["su", "-s", "/bin/sh", name, "-c", "exec " + string.Join(' ', command.Select(ShellQuoted))],
        ];
        foreach (var way in ways)
        {
            var trial = way(["/bin/sh", "-c", "exit 0"]);
            if (Command.Find(trial[0]) is null)
                continue;
            var (exitCode, _) = await Command
                .RunAsync(trial, "/", TimeSpan.FromSeconds(10), cancellationToken).ConfigureAwait(false);
            if (exitCode == 0)
                return new ServerAccount($"as account {name}", (user, group), way);
        }

        throw new SourceUnavailableException(
            $"PostgreSQL refuses to run as root, and none of setpriv, runuser and su can run it as account {name}.");
    }

    /// <summary>The command line that runs a program as this account.</summary>
    public string[] Running(string program, params string[] arguments) => _wrap([program, .. arguments]);

    /// <summary>Makes a file or folder this account's.</summary>
    public void Own(string path)
    {
        if (_ids is var (user, group) && LibC.ChangeOwner(path, user, group) != 0)
            throw new PostgresServerException($"{path} could not be given to the server's account ({Description}).");
    }

    static async Task<(string Name, uint User, uint Group)> FindAsync(CancellationToken cancellationToken)
    {
        var accounts = (await File.ReadAllLinesAsync("/etc/passwd", cancellationToken).ConfigureAwait(false))
            .Select(line => line.Split(':'))
            .Where(fields => fields.Length >= 4)
            .ToLookup(fields => fields[0], StringComparer.Ordinal);
        var entry = s_names.SelectMany(name => accounts[name]).FirstOrDefault()
            ?? throw new SourceUnavailableException(
                $"PostgreSQL refuses to run as root, and /etc/passwd has none of the accounts {string.Join(", ", s_names)}.");
        return (entry[0], Id(entry[2]), Id(entry[3]));
    }

    // macOS writes nobody's id as -2.
    static uint Id(string digits) => unchecked((uint)long.Parse(digits, CultureInfo.InvariantCulture));

    static string ShellQuoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
