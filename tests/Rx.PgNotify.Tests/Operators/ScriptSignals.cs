namespace Rx.PgNotify.Tests.Operators;

/// <summary>Random signals for scripts and models, and what takes the place of those that are dropped.</summary>
static class ScriptSignals
{
    /// <summary>A source of signals of three channels, each notification with a number of its own.</summary>
    public static Func<ChannelSignal> Signals(int seed)
    {
        var random = new Random(seed);
        var next = 0;
        return () =>
        {
            var channel = $"{(char)('a' + random.Next(3))}";
            if (random.Next(3) > 0)
                return ChannelSignal.From(new Notification(channel, $"{next++}", 1));
            var reasons = (ResyncReasons)random.Next(1, 8);
            return ChannelSignal.Resync(channel, reasons, reasons.HasFlag(ResyncReasons.Overflow) ? random.Next(9) : 0);
        };
    }

    public static ChannelSignal<string> Parsed(ChannelSignal signal) => signal.IsResync
        ? ChannelSignal.Resync<string>(signal.Channel, signal.Reasons, signal.Dropped)
        : ChannelSignal.From(signal.Channel, signal.Notification.Payload, signal.Notification.ProcessId);

    /// <summary>One Resync for each channel that anything was dropped of.</summary>
    public static IEnumerable<ChannelSignal> Resyncs(IEnumerable<ChannelSignal> gap) =>
        from signal in gap
        group signal by signal.Channel into channel
        select ChannelSignal.Resync(
            channel.Key,
            channel.Aggregate(ResyncReasons.None, (all, s) => all | (s.IsResync ? s.Reasons : ResyncReasons.Overflow)),
            channel.Sum(s => s.IsResync ? s.Dropped : 1));

    public static string Text(ChannelSignal signal) =>
        signal.IsResync ? signal.ToString() : $"{signal.Channel}{signal.Notification.Payload}";

    public static string Text(ChannelSignal<string> signal) =>
        signal.IsResync ? signal.ToString() : $"{signal.Channel}{signal.Value}";
}
