using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Servers;

/// <summary>Pgpool-II before one server. A client has a session of its own, whatever the mode.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class PgPoolTests
{
    static readonly PgListenerOptions s_quick = new()
    {
        ReconnectDelay = TimeSpan.FromMilliseconds(20),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
    };

    static readonly PgListenerOptions s_impatient = new() { Heartbeat = TimeSpan.FromSeconds(1) };

    PostgresServer _server = null!;

    [OneTimeSetUp]
    public async Task StartServerAsync() => _server = await TestServer.StartOwnAsync();

    [OneTimeTearDown]
    public ValueTask StopServerAsync() => _server.DisposeAsync();

    [TestCase("raw", "on")]
    [TestCase("raw", "off")]
    [TestCase("streaming_replication", "on")]
    [TestCase("streaming_replication", "off")]
    [TestCase("logical_replication", "on")]
    [TestCase("slony", "on")]
    public async Task ListenerAndNotifierWork_AndTheListenerComesBackWhenItsBackendIsKilledOrThePoolerRestarted(string mode, string cache)
    {
        await using var pool = await PgPool.StartAsync(mode, [_server], $"connection_cache = {cache}");
        var (past, through) = await MakeDatabaseAsync(_server, pool);
        var application = UniqueChannel.Name();
        await using var listener = new PgListener($"{through};Application Name={application}", s_quick);
        await using var notifier = new PgNotifier(through);
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = channel.Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        await SqlExtensions.NotifyAsync(past, channel.Name, "past the pooler");
        await recorder.UntilCountAsync(2);
        await notifier.NotifyAsync(channel.Name, "through it");
        await recorder.UntilCountAsync(3);

        await _server.KillBackendsAsync(application);
        await recorder.UntilCountAsync(4);
        await SqlExtensions.NotifyAsync(past, channel.Name, "after a kill");
        await recorder.UntilCountAsync(5);

        await pool.RestartAsync();
        await recorder.UntilCountAsync(6);
        await SqlExtensions.NotifyAsync(past, channel.Name, "after a restart");
        await recorder.UntilCountAsync(7);

        Assert.That(
            recorder.Items.Payloads(), Is.EqualTo(new[] { "past the pooler", "through it", "after a kill", "after a restart" }));
        Assert.That(
            recorder.Items.Resyncs().Select(signal => signal.Reasons),
            Is.EqualTo(new[] { ResyncReasons.Subscribed, ResyncReasons.Reconnected, ResyncReasons.Reconnected }));
        Assert.That(recorder.Violation, Is.Null);
    }

    [TestCase("native_replication")]
    [TestCase("snapshot_isolation")]
    public async Task WherePgpoolGivesUpItsOnlyServerAfterAKill_TheListenerComesBackWithPgpool(string mode)
    {
        await using var server = await TestServer.StartOwnAsync(
            options => options.Settings["default_transaction_isolation"] = "repeatable read"); // as snapshot_isolation asks
        await using var pool = await PgPool.StartAsync(mode, [server]);
        await using var listener = new PgListener(pool.ConnectionString, s_quick);
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        await server.NotifyAsync("a", "1");
        await recorder.UntilCountAsync(2);

        await server.KillBackendsAsync();
        await states.UntilAsync(items => items.OfType<ListenerState.Reconnecting>().Count() > 2, "it should be tried again and again");
        await pool.RestartAsync();
        await recorder.UntilCountAsync(3);
        await server.NotifyAsync("a", "2");
        await recorder.UntilCountAsync(4);

        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "1", "2" }));
        Assert.That(recorder.Items[2].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
    }

    [Test]
    public async Task ManyChannels_AreListenedTo_AndALongSilenceIsBorne()
    {
        await using var pool = await PgPool.StartAsync("streaming_replication", [_server]);
        var application = UniqueChannel.Name();
        await using var listener = new PgListener($"{pool.ConnectionString};Application Name={application}", s_impatient);
        var prefix = UniqueChannel.Name("p");
        var recorders = Enumerable.Range(0, 100).Select(_ => new Recorder<ChannelSignal>()).ToList();
        var subscriptions = recorders.Select((recorder, i) => listener.Channel($"{prefix}_{i}").Signals.Subscribe(recorder)).ToList();
        foreach (var recorder in recorders)
            await recorder.UntilSubscribedAsync();

        // One backend all the time, over several heartbeats.
        await Eventually.IsTrueAsync(
            async () => true.Equals(await _server.ExecuteAsync(
                $"select bool_or(clock_timestamp() - backend_start > '3.5 s') is true from pg_stat_activity where application_name = '{application}'")),
            expectation: "its backend should live on");
        await _server.NotifyAsync($"{prefix}_99", "heard");
        await recorders[99].UntilAsync(items => items.Payloads().Any(), "it should be heard");

        Assert.That(recorders[99].Items.Payloads(), Is.EqualTo(new[] { "heard" }));
        subscriptions.ForEach(subscription => subscription.Dispose());
    }

    [TestCase("raw")]
    [TestCase("streaming_replication")]
    public async Task AServerThatHangsBehindIt_IsFoundByTheHeartbeat(string mode)
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var pool = await PgPool.StartAsync(mode, [server]);
        await using var listener = new PgListener(pool.ConnectionString, s_impatient);
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        var before = states.Count;
        await server.PauseAsync();
        await states.UntilAsync(items => items.Skip(before).Any(state => state is ListenerState.Reconnecting), "the silence should be noticed");
        await server.ResumeAsync();
        await recorder.UntilCountAsync(2);
        await server.NotifyAsync("a", "awake");
        await recorder.UntilAsync(items => items.Payloads().Any(), "it should be heard");

        Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "awake" }));
    }

    [Test]
    public async Task TheBackendThatPgpoolKeeps_IsCleanForItsNextUser()
    {
        await using var server = await TestServer.StartOwnAsync();
        await server.ExecuteAsync("alter role current_user set statement_timeout = '55s'");
        await using var pool = await PgPool.StartAsync("streaming_replication", [server], "num_init_children = 1");
        var (_, through) = await MakeDatabaseAsync(server, pool);
        through += ";Application Name=alike"; // it keeps a connection for those who say the same at the start
        await using var listener = new PgListener(through, s_quick);
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var subscription = await listener.Channel("a").SubscribeAsync(_ => { }).WaitAsync(Eventually.Deadline);
        var backend = await server.ExecuteAsync("select pid from pg_stat_activity where query like '/* Rx.PgNotify */ LISTEN%'");
        subscription.Dispose();
        await states.UntilAsync(items => items[^1] is ListenerState.Idle, "the connection should be closed");

        Assert.That(await SqlExtensions.ExecuteAsync(through, "select pg_backend_pid()"), Is.EqualTo(backend), "the same one");
        Assert.That(await SqlExtensions.ExecuteAsync(through, "show statement_timeout"), Is.EqualTo("55s"));
        Assert.That(await SqlExtensions.ExecuteAsync(through, "select count(*) from pg_listening_channels()"), Is.Zero);
    }

    /// <summary>Pgpool-II never keeps a connection to the database postgres.</summary>
    static async Task<(string Past, string Through)> MakeDatabaseAsync(PostgresServer server, PgPool pool)
    {
        var past = await server.CreateDatabaseAsync();
        return (past, new NpgsqlConnectionStringBuilder(pool.ConnectionString)
        {
            Database = new NpgsqlConnectionStringBuilder(past).Database,
        }.ConnectionString);
    }
}
