using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Servers;

[LongTest, Parallelizable(ParallelScope.All)]
public sealed class StandbyTests
{
    static readonly PgListenerOptions s_quick = new()
    {
        ReconnectDelay = TimeSpan.FromMilliseconds(20),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
    };

    [Test]
    public async Task WithSeveralHosts_TheListenerGoesToThePrimary_AndAfterAFailoverFollowsThePromotedOne()
    {
        await using var pair = await ReplicatedPair.StartAsync();
        Assert.That(await pair.Standby.ExecuteAsync("select pg_is_in_recovery()"), Is.True);
        await using var listener = new PgListener(pair.ConnectionString, s_quick);
        var channel = listener.Channel("a");
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = channel.Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        await pair.Primary.NotifyAsync("a", "from the primary");
        await recorder.UntilCountAsync(2);

        await pair.FailOverAsync();
        await Eventually.IsTrueAsync(
            () => recorder.Count == 3, expectation: "the promoted one should be found, whatever it was known as");
        await pair.Standby.NotifyAsync("a", "from the promoted one");
        await recorder.UntilCountAsync(4);

        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "from the primary", "from the promoted one" }));
        Assert.That(recorder.Items[2].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
        Assert.That(recorder.Violation, Is.Null);
    }

    [Test]
    public async Task ALoneStandby_BeforeTheFirstSuccess_IsAnErrorThatSaysSo()
    {
        await using var server = await TestServer.StartOwnAsync();
        await server.RestartAsStandbyAsync();
        await using var listener = new PgListener(server.ConnectionString, s_quick);
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();

        Assert.That(((PgListenerException)recorder.Error!).Error, Is.EqualTo(PgListenerError.ServerInRecovery));
        Assert.That(recorder.Error!.Message, Does.Contain("standby"));
        await states.UntilAsync(items => items.OfType<ListenerState.Faulted>().Any(), "the fault should be reported");
        Assert.That(states.Items.OfType<ListenerState.Reconnecting>(), Is.Empty);
    }

    [Test]
    public async Task AServerThatComesBackAsAStandby_IsTriedAgainUntilItIsPromoted()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var listener = new PgListener(server.ConnectionString, s_quick);
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        await server.RestartAsStandbyAsync();
        await states.UntilAsync(
            items => items.OfType<ListenerState.Reconnecting>().Count(state => IsRefusedByStandby(state.Cause)) >= 3,
            "three attempts should meet a standby");
        Assert.That(recorder.Count, Is.EqualTo(1), "neither an error nor a Resync that is not true");

        await server.ExecuteAsync("select pg_promote()");
        await recorder.UntilCountAsync(2);
        await server.NotifyAsync("a", "after the promotion");
        await recorder.UntilCountAsync(3);

        Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "after the promotion" }));
        Assert.That(recorder.HasEnded, Is.False);
    }

    static bool IsRefusedByStandby(Exception cause) => cause is PgListenerException { Error: PgListenerError.ServerInRecovery };
}
