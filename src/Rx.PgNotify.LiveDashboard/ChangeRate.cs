using System.Reactive;

namespace Rx.PgNotify.LiveDashboard;

/// <summary>How many rows changed in each second of the last minute in which any did.</summary>
public sealed record ChangeRate(IReadOnlyList<ChangeRate.Bar> Bars)
{
    const int Seconds = 60;

    public static readonly ChangeRate None = new([]);

    /// <summary>Adds a burst to the second in which it ended.</summary>
    public ChangeRate Add(Timestamped<IReadOnlyList<ChannelSignal<RowsChanged>>> burst)
    {
        var second = burst.Timestamp.ToUnixTimeSeconds();
        // Anybody may send on the channel, also a number of rows that is none.
        var rows = burst.Value.Where(signal => signal.IsValue).Sum(signal => Math.Clamp(signal.Value.Count, 0, 1_000_000));
        var gap = burst.Value.Any(signal => (signal.Reasons & (ResyncReasons.Reconnected | ResyncReasons.Overflow)) != ResyncReasons.None);
        var bar = new Bar(second, rows, gap);
        var kept = Bars.Where(former => former.Second > second - Seconds).ToList();
        if (kept is [.., var last] && last.Second >= second)
            kept[^1] = new Bar(last.Second, last.Rows + bar.Rows, last.Gap || bar.Gap);
        else
            kept.Add(bar);
        return new ChangeRate(kept);
    }

    /// <param name="Second">Since 1970.</param>
    /// <param name="Rows">As reported: of what was sent while the line was down nothing is known.</param>
    /// <param name="Gap">Whether notifications may be missing before this one.</param>
    public readonly record struct Bar(long Second, long Rows, bool Gap);
}
