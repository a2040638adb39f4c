using System.Runtime.Versioning;
using Rx.PgNotify.IntegrationTests.Servers;

namespace Rx.PgNotify.IntegrationTests.Surroundings;

/// <summary>The rows of the table "Foreign code": what others throw beside the library, in processes that have to live.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
[UnsupportedOSPlatform("windows")]
public sealed class ForeignCodeTests
{
    const string Serves = "serves";

    // One process for each group.
    readonly Lock _gate = new();
    readonly Dictionary<string, Task<Report>> _reports = new(StringComparer.Ordinal);

    static readonly string[] s_operators = ["Coalesce", "CoalesceBy", "Debounce", "ThrottleLatest", "LiveQuery", "Isolate"];

    static readonly string[] s_ways =
    [
        "UsePasswordProvider", "UsePeriodicPasswordProvider", "UsePhysicalConnectionInitializer",
        "UseSslClientAuthenticationOptionsCallback", "a RemoteCertificateValidationCallback",
    ];

    static IEnumerable<TestCaseData> Rows =>
    [
        new("listener", "scheduler refuses a linger", Serves),
        new("listener", "scheduler has no time for a linger", Serves),
        new("listener", "scheduler refuses a reconnect", "OnError PgListenerException Unknown FormatException, then serves"),
        new("listener", "scheduler has no time for a reconnect", Serves),
        new("listener", "scheduler throws when a reconnect is given up", Serves),
        new("listener", "delivery scheduler refuses, with ObserverFailed", "ObserverFailed FormatException, then serves"),
        new("listener", "delivery scheduler refuses, without ObserverFailed", Serves),
        new("notifier", "scheduler refuses a deadline", "PgNotifierException Unknown FormatException, then sends"),
        new("notifier", "scheduler throws when a deadline is given up", "sends"),
        new("notifier", "scheduler has no time", "sends"),
        .. s_operators.SelectMany(name => new TestCaseData[]
        {
            new("operator", $"{name} and a scheduler that refuses", "OnError FormatException; beside it serves"),
            new("operator", $"{name} and a scheduler without time", "OnNext; beside it serves"),
            new("operator", $"{name}, the end, and a disposal that throws", "OnCompleted"),
            new("operator", $"{name}, leaving, and a disposal that throws", Serves),
        }),
        new("operator", "SelectConflated and a function that throws", "OnError FormatException; beside it serves"),
        new("operator", "SelectAwait and a function that throws", "OnError FormatException; beside it serves"),
        new("operator", "SubscribeAwait and a handler that throws later", "OnError FormatException; beside it serves"),
        new("operator", "NotificationQueueUsage and a scheduler that refuses", "OnError FormatException"),
        new("operator", "NotificationQueueUsage, leaving, and a disposal that throws", "leaves"),
        new("diagnostics", "Log", Serves),
        new("diagnostics", "IsEnabled", Serves),
        new("diagnostics", "CreateLogger", "throws FormatException"),
        new("diagnostics", "IMeterFactory", "throws FormatException"),
        new("diagnostics", "measurement callback", Serves),
        new("diagnostics", "Sample", Serves),
        new("diagnostics", "ActivityStarted", Serves),
        new("diagnostics", "ActivityStopped", Serves),
        new("registration", "InstrumentPublished and ShouldListenTo", Serves),
        .. s_ways.SelectMany(way => new TestCaseData[]
        {
            new("data source", $"{way}, first attempt", Serves),
            new("data source", $"{way}, reconnect", Serves),
        }),
    ];

    [TestCaseSource(nameof(Rows))]
    public async Task WhatForeignCodeThrows_EndsNoProcess(string group, string row, string outcome)
    {
        var report = await ReportOfAsync(group);
        Assert.Multiple(() =>
        {
            Assert.That(report.Outcomes.GetValueOrDefault(row), Is.EqualTo(outcome), report.Errors);
            Assert.That(report.Survives, report.Errors);
        });
    }

    [TestCase("failure callback")]
    [TestCase("observer behind a timer")]
    [TestCase("async lambda")]
    public async Task WhatHasNobodyToTakeIt_EndsTheProcess(string group)
    {
        var report = await RunAsync(group);
        Assert.That(report.Survives, Is.False);
        Assert.That(report.Errors, Does.Contain("Unhandled exception").And.Contains("FormatException: thrown by foreign code"));
    }

    Task<Report> ReportOfAsync(string group)
    {
        lock (_gate)
        {
            if (!_reports.TryGetValue(group, out var report))
                _reports.Add(group, report = Task.Run(() => RunAsync(group)));
            return report;
        }
    }

    static async Task<Report> RunAsync(string group)
    {
        if (group != "data source")
            return await RunAsync(group, TestServer.ConnectionString);
        using var authority = new CertificateAuthority();
        await using var tls = await TlsServer.StartAsync(authority);
        return await RunAsync(group, tls.Server.ConnectionString);
    }

    static async Task<Report> RunAsync(string group, string connectionString)
    {
        await using var program = ChildProgram.Start("foreign", ("FOREIGN_CASES", group), ("FOREIGN_CONNECTION", connectionString));
        var outcomes = new Dictionary<string, string>(StringComparer.Ordinal);
        var survives = false;
        while (await program.ReadLineAsync() is { } line)
        {
            survives = line == "survives";
            if (line.Split(": ", 2) is [var row, var outcome])
                outcomes.Add(row, outcome);
        }

        survives &= await program.WaitForExitAsync() == 0;
        return new Report(outcomes, survives, await program.Errors);
    }

    sealed record Report(IReadOnlyDictionary<string, string> Outcomes, bool Survives, string Errors);
}
