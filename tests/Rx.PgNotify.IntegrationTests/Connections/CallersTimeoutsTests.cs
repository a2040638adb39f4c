using System.Diagnostics;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>
/// <c>Command Timeout</c> and <c>Keepalive</c> of a data source are the application's, for its queries. A listener that
/// connects by it has its own heartbeat.
/// </summary>
[LongTest, Parallelizable(ParallelScope.All)]
public class CallersTimeoutsTests
{
    const int Huge = 1_000_000;

    static readonly TestCaseData<int, int, bool>[] s_timeouts =
    [
        new(0, 0, false),
        new(0, 1, true),
        new(1, 0, true),
        new(1, 1, false),
        new(1, Huge, false),
        new(Huge, 1, false),
        new(Huge, Huge, true),
    ];

    [TestCaseSource(nameof(s_timeouts))]
    public async Task ADeadLine_IsFoundByTheHeartbeat(int commandTimeout, int keepalive, bool pooled)
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var dataSource = Source(tap, commandTimeout, keepalive, pooled);
        await using var listener = new PgListener(dataSource, Options());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        using var hold = tap.HoldReplies();
        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
    }

    [TestCaseSource(nameof(s_timeouts))]
    public async Task ADeadLine_IsFoundDuringACommand(int commandTimeout, int keepalive, bool pooled)
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var dataSource = Source(tap, commandTimeout, keepalive, pooled);
        await using var listener = new PgListener(dataSource, Options());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        using var hold = tap.HoldReplies();
        using var second = listener.Channel(UniqueChannel.Name()).Subscribe(new Recorder<Notification>());
        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
    }

    [TestCaseSource(nameof(s_timeouts))]
    public async Task ASilentHealthyLine_IsKept(int commandTimeout, int keepalive, bool pooled)
    {
        using var meters = new MeterRecorder();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var dataSource = Source(tap, commandTimeout, keepalive, pooled);
        var options = Options(meters);
        options.Heartbeat = TimeSpan.FromSeconds(4); // longer than their timeouts, and than a busy machine takes for an answer
        await using var listener = new PgListener(dataSource, options);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        await Eventually.IsTrueAsync(
            () => meters.All("pgnotify.listener.heartbeat.duration").Count >= 3, expectation: "three heartbeats");
        Assert.That(recorder.Count, Is.EqualTo(1));
        Assert.That(tap.Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task ALateAnswer_IsWaitedForLongerThanACommandTimeoutOfTheApplication([Values] bool pooled)
    {
        var channel = UniqueChannel.Name();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var dataSource = Source(tap, commandTimeout: 1, keepalive: 0, pooled);
        await using var listener = new PgListener(dataSource, new PgListenerOptions { Heartbeat = TimeSpan.FromSeconds(30) });
        var (first, second) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        using var a = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(first);
        await first.UntilSubscribedAsync();

        var hold = tap.HoldReplies();
        using var b = listener.Channel(channel).Signals.Subscribe(second);
        await Eventually.IsTrueAsync(() => tap.Statements.Any(sql => sql.Contains(channel, StringComparison.Ordinal)), expectation: "LISTEN");
        await Task.Delay(TimeSpan.FromSeconds(2.5)); // what must not happen has its time
        hold.Dispose();
        await second.UntilSubscribedAsync();
        Assert.That(first.Count, Is.EqualTo(1));
        Assert.That(tap.Connections, Is.EqualTo(1));
    }

    // Npgsql asks during a wait, and a wait that is cancelled before the answer has come breaks the connection.
    [Test]
    public async Task WhoSubscribesWhileAKeepaliveIsUnanswered_CostsNobodyAResync([Values] bool pooled)
    {
        const int keepalive = 4;
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var dataSource = Source(tap, commandTimeout: 30, keepalive, pooled);
        await using var listener = new PgListener(dataSource, new PgListenerOptions { Heartbeat = TimeSpan.FromSeconds(30) });
        var (first, second) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        using var a = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(first);
        await first.UntilSubscribedAsync();

        // Whether it is asked at all is the library's affair.
        var roundTrips = tap.RoundTrips;
        var hold = tap.HoldReplies();
        for (var wait = Stopwatch.StartNew(); tap.RoundTrips == roundTrips && wait.Elapsed < TimeSpan.FromSeconds(keepalive + 1);)
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        using var b = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(second);
        await Task.Delay(TimeSpan.FromMilliseconds(200)); // what must not happen has its time
        hold.Dispose();
        await second.UntilSubscribedAsync();
        Assert.That(first.Count, Is.EqualTo(1));
        Assert.That(tap.Connections, Is.EqualTo(1));
    }

    static PgListenerOptions Options(MeterRecorder? meters = null) => new()
    {
        Heartbeat = TimeSpan.FromSeconds(1),
        ReconnectDelay = TimeSpan.FromMilliseconds(10),
        MeterFactory = meters,
    };

    static NpgsqlDataSource Source(WireTap tap, int commandTimeout, int keepalive, bool pooled) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(tap.ConnectionString)
        {
            CommandTimeout = commandTimeout,
            KeepAlive = keepalive,
            Pooling = pooled,
        }.ConnectionString);
}
