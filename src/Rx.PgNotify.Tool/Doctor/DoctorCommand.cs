using System.CommandLine;
using Npgsql;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Doctor;

/// <summary><c>pgnotify doctor</c>: whether notifications arrive, and if not, why.</summary>
static class DoctorCommand
{
    const int DefaultSeconds = 10;
    const int MaxSeconds = 3_600;

    internal static readonly string[] Examples =
    [
        "pgnotify doctor --connection postgres://me@localhost/shop",
        "pgnotify doctor --timeout 60                          # a slow line",
        "pgnotify doctor --format json | jq 'select(.verdict == \"problem\")'",
    ];

    internal static Command Create()
    {
        var connection = ConnectionOption.Create();
        var format = FormatOption.Create();
        var timeout = NumberOption.Create("--timeout", "SECONDS", 1, MaxSeconds, $"Longest time for all checks [default: {DefaultSeconds}]");
        var command = new Command("doctor", "Find out whether notifications arrive, and if not, why") { connection, format, timeout };
        command.SetAction((parsed, cancellation) => RunAsync(
            ConnectionOption.Read(parsed, connection),
            TimeSpan.FromSeconds(parsed.GetValue(timeout) ?? DefaultSeconds),
            parsed.GetValue(format),
            cancellation));
        return command;
    }

    static async Task<int> RunAsync(
        NpgsqlConnectionStringBuilder target, TimeSpan timeout, OutputFormat format, CancellationToken cancellation)
    {
        await using var stdout = StandardOutput.Open();
        using var json = new JsonLines(stdout);
        IReport report = format is OutputFormat.Json ? new JsonReport(json) : new TextReport(Terminal.Open(Console.Out));
        var findings = new List<Finding>();
        report.Begin(Target.Shown(target));
        await foreach (var finding in new Diagnosis(target, timeout).RunAsync(cancellation))
        {
            findings.Add(finding);
            report.Add(finding);
        }

        report.End(findings);
        return findings.Exists(finding => finding.Verdict is Verdict.Problem) ? ExitCode.Failure : ExitCode.Success;
    }
}
