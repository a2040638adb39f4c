using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Servers;

[LongTest, Parallelizable(ParallelScope.All)]
public sealed class PgBouncerTests
{
    static readonly PgListenerOptions s_quick = new()
    {
        Heartbeat = TimeSpan.FromSeconds(5), // so long a pooler is given to let a notification through, on a busy machine too
        ReconnectDelay = TimeSpan.FromMilliseconds(20),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
    };

    PostgresServer _server = null!;

    [OneTimeSetUp]
    public async Task StartServerAsync() => _server = await TestServer.StartOwnAsync();

    [OneTimeTearDown]
    public ValueTask StopServerAsync() => _server.DisposeAsync();

    [Test]
    public async Task InSessionMode_TheListenerWorks_AndComesBackWhenItsBackendIsKilledOrThePoolerRestarted()
    {
        await using var bouncer = await PgBouncer.StartAsync(_server, "session");
        await using var listener = new PgListener($"{bouncer.ConnectionString};Application Name=pooled", s_quick);
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = channel.Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        await _server.NotifyAsync(channel.Name, "1");
        await recorder.UntilCountAsync(2);

        await _server.KillBackendsAsync("pooled");
        await recorder.UntilCountAsync(3);
        await _server.NotifyAsync(channel.Name, "2");
        await recorder.UntilCountAsync(4);

        await bouncer.RestartAsync();
        await recorder.UntilCountAsync(5);
        await _server.NotifyAsync(channel.Name, "3");
        await recorder.UntilCountAsync(6);

        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "1", "2", "3" }));
        Assert.That(
            recorder.Items.Resyncs().Select(signal => signal.Reasons),
            Is.EqualTo(new[] { ResyncReasons.Subscribed, ResyncReasons.Reconnected, ResyncReasons.Reconnected }));
        Assert.That(recorder.Violation, Is.Null);
    }

    [TestCase("transaction")]
    [TestCase("statement")]
    public async Task InAModeThatCanNotListen_ConnectingIsAnErrorThatNamesThePooler(string mode)
    {
        await using var bouncer = await PgBouncer.StartAsync(_server, mode);
        await using var listener = new PgListener(bouncer.ConnectionString, s_quick);
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilEndedAsync();

        Assert.That(
            (recorder.Error as PgListenerException)?.Error, Is.EqualTo(PgListenerError.TransactionPooler), recorder.Error?.ToString());
        Assert.That(recorder.Error!.Message, Does.Contain("pooler"));
        Assert.That(recorder.Items, Is.Empty, "no Resync: nobody listens");
        Assert.That(states.Items.OfType<ListenerState.Listening>(), Is.Empty);
    }

    [TestCase("transaction")]
    [TestCase("statement")]
    public async Task InAModeThatCanNotListen_TheSharedBackendsStayAsTheyWere(string mode)
    {
        await using var server = await TestServer.StartOwnAsync();
        await server.ExecuteAsync("alter system set statement_timeout = '55s'");
        await server.RestartAsync();
        await using var bouncer = await PgBouncer.StartAsync(server, mode);
        await using var listener = new PgListener(bouncer.ConnectionString, s_quick);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilEndedAsync();

        // The pooler hands out the backend that was used last; as nobody else is there, that is the one of the probe.
        Assert.That(await SqlExtensions.ExecuteAsync(bouncer.ConnectionString, "show statement_timeout"), Is.EqualTo("55s"));
        Assert.That(
            await SqlExtensions.ExecuteAsync(bouncer.ConnectionString, "select count(*) from pg_listening_channels()"), Is.Zero);
    }

    [Test]
    public async Task InSessionMode_TheTimeLimitsOfTheRole_AreLifted()
    {
        await using var server = await TestServer.StartOwnAsync();
        foreach (var limit in new[] { "statement_timeout", "lock_timeout", "idle_session_timeout" })
            await server.ExecuteAsync($"alter role current_user set {limit} = '1h'");
        await using var bouncer = await PgBouncer.StartAsync(server, "session");
        await using var tap = WireTap.Start(bouncer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, s_quick);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        await Eventually.IsTrueAsync(() => tap.OpenConnections == 1, expectation: "the probe's own connection should close");

        Assert.That(
            await tap.AskAsync("select name from pg_settings where name ~ '^(statement|lock|idle_session)_timeout$' and setting <> '0'"),
            Is.Empty);
        Assert.That(await SqlExtensions.ExecuteAsync(bouncer.ConnectionString, "show statement_timeout"), Is.EqualTo("1h"), "of others");
    }
}
