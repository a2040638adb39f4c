namespace Rx.PgNotify.TestFixtures;

/// <summary>Readings of recorded signals that many tests share.</summary>
static class SignalAssertions
{
    public static IEnumerable<string> Payloads(this IEnumerable<ChannelSignal> signals) =>
        signals.Where(signal => signal.IsNotification).Select(signal => signal.Notification.Payload);

    public static IEnumerable<ChannelSignal> Resyncs(this IEnumerable<ChannelSignal> signals) =>
        signals.Where(signal => signal.IsResync);

    /// <summary>Waits for the first signal, which has to be the acknowledgement.</summary>
    public static async Task UntilSubscribedAsync(this Recorder<ChannelSignal> recorder)
    {
        await recorder.UntilCountAsync(1);
        Assert.That(recorder.Items[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
    }
}
