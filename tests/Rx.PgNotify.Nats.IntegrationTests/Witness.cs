using System.Globalization;

namespace Rx.PgNotify.Nats.IntegrationTests;

/// <summary>A receiver of the truth: the signals of its channel, and a live query.</summary>
sealed class Witness : IAsyncDisposable
{
    readonly Truth _truth;
    readonly List<IDisposable> _subscriptions = [];

    Witness(Truth truth, NatsListener listener)
    {
        _truth = truth;
        Listener = listener;
    }

    public NatsListener Listener { get; }

    public Recorder<ChannelSignal> Signals { get; } = new();

    public Recorder<ListenerState> States { get; } = new();

    /// <summary>What the live query has shown.</summary>
    public Recorder<int> View { get; } = new();

    /// <summary>Subscribes and waits until the way from PostgreSQL is open.</summary>
    public static async Task<Witness> OfAsync(Truth truth, NatsListener listener)
    {
        var witness = new Witness(truth, listener);
        var channel = listener.Channel(truth.Channel);
        witness._subscriptions.Add(listener.State.Subscribe(witness.States));
        witness._subscriptions.Add(channel.Signals
            .LiveQuery(truth.ReadAsync, new LiveQueryOptions
            {
                Quiet = TimeSpan.FromMilliseconds(10),
                QueryFailed = _ => { },
                RetryDelay = TimeSpan.FromMilliseconds(100),
            })
            .Subscribe(witness.View));
        witness._subscriptions.Add(await channel.Signals.SubscribeAsync(witness.Signals));
        return witness;
    }

    /// <summary>Waits until the view shows what was committed last.</summary>
    public Task UntilTrueAsync()
    {
        var expected = _truth.Committed;
        return Eventually.BecomesAsync(
            () => Task.FromResult(View.Items is [.., var shown] ? shown : -1), shown => shown == expected, expectation: $"the view shows {expected}");
    }

    public Task UntilResyncAsync(ResyncReasons reason, int count = 1) => Signals.UntilAsync(
        signals => signals.Count(signal => signal.Reasons.HasFlag(reason)) >= count, $"{count} Resyncs because of {reason}");

    /// <summary>
    /// A cause of the state <see cref="ListenerState.Reconnecting"/> since the beginning; null if there was none of this kind.
    /// </summary>
    public Task UntilMissingAsync(NatsListenerError error) => Eventually.BecomesAsync(
        () => Task.FromResult(string.Join(", ", States.Items)),
        _ => States.Items.OfType<ListenerState.Reconnecting>().Any(state => state.Cause is NatsListenerException cause && cause.Error == error),
        expectation: $"a state because of {error}");

    /// <summary>
    /// Commits until a number has come as a notification after a Resync with this reason, and the view shows the last one: the way is open
    /// again. Nothing may be missing without a Resync.
    /// </summary>
    public async Task AssertRecoversAsync(ResyncReasons reason = ResyncReasons.Reconnected)
    {
        await UntilResyncAsync(reason);
        await UntilTrueAsync();
        // Another Resync may still be on its way: then this one is not received, and the next one may be.
        await Eventually.IsTrueAsync(
            async () =>
            {
                await _truth.CommitAsync();
                await UntilTrueAsync();
                return Signals.Items.SkipWhile(signal => !signal.Reasons.HasFlag(reason)).Payloads().Any();
            },
            expectation: "a notification is received again");
        AssertNothingIsMissingInSilence();
    }

    /// <summary>In commit order, each number once, and a Resync wherever one is missing.</summary>
    public void AssertNothingIsMissingInSilence()
    {
        var signals = Signals.Items;
        Assert.That(signals[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
        var (last, hasResync) = (0, false);
        foreach (var signal in signals)
        {
            if (signal.IsResync)
            {
                hasResync = true;
                continue;
            }

            var number = int.Parse(signal.Notification.Payload, CultureInfo.InvariantCulture);
            Assert.That(number, hasResync ? Is.GreaterThan(last) : Is.EqualTo(last + 1), string.Join(", ", signals));
            (last, hasResync) = (number, false);
        }

        Assert.That((Signals.Violation, View.Violation), Is.EqualTo(((string?)null, (string?)null)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions)
            subscription.Dispose();
        await Listener.DisposeAsync();
    }
}
