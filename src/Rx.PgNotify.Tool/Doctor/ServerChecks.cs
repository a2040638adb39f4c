using System.Globalization;
using System.Net;
using Npgsql;

namespace Rx.PgNotify.Tool.Doctor;

/// <summary>What the server's answers mean for notifications.</summary>
static class ServerChecks
{
    const int OldestMajor = 14;
    const int NewestMajor = 18;

    // NOTIFY fails at 1. PostgreSQL itself warns in its log from a half on.
    const double QueueIsGrowing = 0.1;
    const double QueueIsFilling = 0.5;

    internal static Finding Encryption(ServerFacts facts, NpgsqlConnection connection) => facts switch
    {
        _ when facts.BackendId != connection.ProcessID =>
            new Finding(Checks.Encryption, Verdict.Ok, "Not known: something stands between here and the server."),
        { Encryption: { } protocol } => new Finding(Checks.Encryption, Verdict.Ok, $"{protocol}."),
        _ when IsOnThisMachine(connection.Host!) =>
            new Finding(Checks.Encryption, Verdict.Ok, "None, and the server is on this machine."),
        _ => new Finding(
            Checks.Encryption,
            Verdict.Warning,
            "None: whoever is on the way can read and change what is sent.",
            "Switch TLS on in the server, and add SSL Mode=VerifyFull (sslmode=verify-full in a URI)."),
    };

    internal static Finding Version(Version version)
    {
        var shown = version.ToString(2);
        return version.Major switch
        {
            < OldestMajor => new Finding(
                Checks.Version,
                Verdict.Warning,
                $"PostgreSQL {shown}, which is older than {OldestMajor}, the oldest that is supported.",
                "Much may work all the same; nobody has tried."),
            > NewestMajor => new Finding(
                Checks.Version,
                Verdict.Warning,
                $"PostgreSQL {shown}, which is newer than {NewestMajor}, the newest that this version knows.",
                "Look for a newer version of pgnotify."),
            _ => new Finding(Checks.Version, Verdict.Ok, $"PostgreSQL {shown}."),
        };
    }

    internal static Finding Role(ServerFacts facts) => facts.IsInRecovery
        ? new Finding(
            Checks.Role, Verdict.Problem, "A standby in recovery, where LISTEN and NOTIFY are not possible.", Advice.For(PgListenerError.ServerInRecovery))
        : new Finding(Checks.Role, Verdict.Ok, "A primary, not in recovery.");

    internal static Finding Queue(double usage)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{usage * 100:0.##} % of the server's notification queue is in use.");
        const string advice = "A session that listens and stays in a transaction, or does not read, holds it up: "
            + "look in pg_stat_activity for one that is idle in transaction, or waits for ClientWrite.";
        var finding = usage switch
        {
            < QueueIsGrowing => new Finding(Checks.Queue, Verdict.Ok, text),
            < QueueIsFilling => new Finding(Checks.Queue, Verdict.Warning, text, advice),
            _ => new Finding(Checks.Queue, Verdict.Problem, $"{text} Once it is full, every NOTIFY fails.", advice),
        };
        return finding with { Figures = [("usage", usage)] };
    }

    static bool IsOnThisMachine(string host) => host.StartsWith('/') || host is "localhost"
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
