using System.Globalization;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Servers;

/// <summary>Pgpool-II before two servers.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class PgPoolReplicationTests
{
    static readonly PgListenerOptions s_quick = new()
    {
        ReconnectDelay = TimeSpan.FromMilliseconds(20),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
    };

    [TestCase(0)]
    [TestCase(1)]
    public async Task BeforeAPrimaryAndAStandby_WhichHasAllReads_TheListenerListensToThePrimary(int primary)
    {
        await using var pair = await ReplicatedPair.StartAsync();
        PostgresServer[] servers = primary == 0 ? [pair.Primary, pair.Standby] : [pair.Standby, pair.Primary];
        await using var pool = await PgPool.StartAsync(
            "streaming_replication", servers, string.Create(CultureInfo.InvariantCulture, $"backend_weight{primary} = 0"));
        Assert.That(
            await SqlExtensions.ExecuteAsync(pool.ConnectionString, "select inet_server_port()"), Is.EqualTo(pair.Standby.Port), "a read");
        await using var listener = new PgListener(pool.ConnectionString, s_quick);
        await using var notifier = new PgNotifier(pool.ConnectionString);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilAsync(items => items.Count > 0 || recorder.HasEnded, "it should listen");
        Assert.That(recorder.Error, Is.Null);
        await notifier.NotifyAsync("a", "through it");
        await pair.Primary.NotifyAsync("a", "past it");
        await recorder.UntilCountAsync(3);

        await pair.Primary.KillBackendsAsync();
        await recorder.UntilCountAsync(4);
        // Its connection may be dying only now, which leaves a send in doubt: but nothing is committed on a backend that is gone.
        await Eventually.IsTrueAsync(() => IsSentAsync(notifier, "after a kill"), expectation: "the notifier should connect again");
        await recorder.UntilCountAsync(5);

        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "through it", "past it", "after a kill" }));
        Assert.That(
            recorder.Items.Resyncs().Select(signal => signal.Reasons), Is.EqualTo(new[] { ResyncReasons.Subscribed, ResyncReasons.Reconnected }));
    }

    [Test]
    public async Task InNativeReplication_WhatIsSentThroughItArrivesOnce_AlsoAfterTheLossOfAServer()
    {
        await using var first = await TestServer.StartOwnAsync();
        await using var second = await StartAlikeAsync(first);
        await using var pool = await PgPool.StartAsync("native_replication", [first, second], "failover_on_backend_error = on");
        await using var listener = new PgListener(pool.ConnectionString, s_quick);
        await using var notifier = new PgNotifier(pool.ConnectionString);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        foreach (var i in Enumerable.Range(0, 20))
            await notifier.NotifyAsync("a", $"{i}");
        await recorder.UntilCountAsync(21);

        await first.StopAsync(ShutdownMode.Immediate);
        await recorder.UntilCountAsync(22);
        await Eventually.IsTrueAsync(() => IsSentAsync(notifier, "after the loss"), expectation: "the notifier should connect again");
        await recorder.UntilCountAsync(23);

        Assert.That(
            recorder.Items.Payloads().Take(20), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"{i}")));
        Assert.That(recorder.Items.Payloads().Skip(20), Is.EqualTo(new[] { "after the loss" }));
        Assert.That(
            recorder.Items.Resyncs().Select(signal => signal.Reasons), Is.EqualTo(new[] { ResyncReasons.Subscribed, ResyncReasons.Reconnected }));
    }

    [Test]
    public async Task InNativeReplication_ANotificationOfOneServerAlone_StopsPgpool_AndIsTold()
    {
        await using var first = await TestServer.StartOwnAsync();
        await using var second = await StartAlikeAsync(first);
        await using var pool = await PgPool.StartAsync("native_replication", [first, second]);
        await using var listener = new PgListener(pool.ConnectionString, new PgListenerOptions { Heartbeat = TimeSpan.FromSeconds(1) });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        await first.NotifyAsync("a", "of one");
        await recorder.UntilCountAsync(2);

        Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
        Assert.That(recorder.HasEnded, Is.False);
    }

    static async Task<bool> IsSentAsync(PgNotifier notifier, string payload)
    {
        try
        {
            await notifier.NotifyAsync("a", payload);
            return true;
        }
        catch (PgNotifierException)
        {
            return false;
        }
    }

    static async Task<PostgresServer> StartAlikeAsync(PostgresServer server)
    {
        var alike = await TestServer.StartOwnAsync();
        await alike.ExecuteAsync(
            $"alter role current_user password '{new NpgsqlConnectionStringBuilder(server.ConnectionString).Password}'");
        return alike;
    }
}
