namespace Rx.PgNotify.Tool.Sending;

/// <summary>When the next notification may be sent.</summary>
/// <param name="interval">The time from one to the next.</param>
/// <param name="clock">The time.</param>
sealed class Pace(TimeSpan interval, TimeProvider clock)
{
    // Timers are coarser than a high rate: what comes late is made up for, but no more of it than this.
    static readonly TimeSpan s_longestLag = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(1);

    readonly long _start = clock.GetTimestamp();
    TimeSpan _due;

    /// <summary>As fast as it goes.</summary>
    internal static Pace Unlimited => new(TimeSpan.Zero, TimeProvider.System);

    /// <summary>Completes when the next one is due; the first one is at once.</summary>
    internal Task NextAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var now = clock.GetElapsedTime(_start);
        var due = _due > now - s_longestLag ? _due : now - s_longestLag;
        _due = due + interval;
        return due - now >= s_shortestWait ? Task.Delay(due - now, clock, cancellation) : Task.CompletedTask;
    }
}
