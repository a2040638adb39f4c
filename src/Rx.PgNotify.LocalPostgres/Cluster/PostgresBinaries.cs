using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>A folder with <c>postgres</c> and <c>initdb</c> that run on this machine.</summary>
[UnsupportedOSPlatform("windows")]
sealed partial record PostgresBinaries(string Folder, Version Release, string Origin)
{
    public int Major => Release.Major;

    /// <summary>The real folder of the binaries that a folder offers, perhaps by links, or null if it has none.</summary>
    public static string? ResolveFolder(string folder)
    {
        var postgres = new FileInfo(Path.Combine(folder, "postgres"));
        if (!postgres.Exists || !File.Exists(Path.Combine(folder, "initdb")))
            return null;
        var real = Path.GetDirectoryName(postgres.ResolveLinkTarget(returnFinalTarget: true)?.FullName);
        return real is not null && File.Exists(Path.Combine(real, "initdb")) ? real : Path.GetFullPath(folder);
    }

    /// <summary>Asks the binaries for their version, as the account that is to run them.</summary>
    /// <exception cref="SourceUnavailableException">They do not run.</exception>
    public static async Task<PostgresBinaries> ProbeAsync(
        string folder, ServerAccount account, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await Command.RunAsync(
            account.Running(Path.Combine(folder, "postgres"), "--version"),
            "/", TimeSpan.FromSeconds(10), cancellationToken).ConfigureAwait(false);
        var match = VersionPattern().Match(output);
        if (exitCode != 0 || !match.Success)
        {
            throw new SourceUnavailableException(
                $"{folder}/postgres does not run {account.Description}: {Command.OneLine(output)}");
        }

        return new PostgresBinaries(
            folder, new Version(Number(match.Groups["major"]), Number(match.Groups["minor"])), $"the binaries in {folder}");
    }

    // "postgres (PostgreSQL) 18.4", "... 15.18 (Debian 15.18-0+deb12u1)", "... 19beta1"
    [GeneratedRegex(@"\(PostgreSQL\) (?<major>\d+)(\.(?<minor>\d+))?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionPattern();

    static int Number(Group digits) => digits.Success ? int.Parse(digits.Value, CultureInfo.InvariantCulture) : 0;
}
