namespace Rx.PgNotify.Operators;

/// <summary>When the waiting value is due: an interval after the emission before it.</summary>
/// <remarks>
/// A value that finds the interval over is due at once, or with <paramref name="leading"/> off begins an interval and is
/// due at its end. A timer is armed for the first value within an interval, not for the interval.
/// </remarks>
struct ThrottleDeadline(TimeSpan interval, bool leading) : IDeadline
{
    // No emission before this.
    TimeSpan _next = TimeSpan.MinValue;
    TimeSpan _armedAt;

    /// <summary>With its arguments checked.</summary>
    internal static ThrottleDeadline Create(TimeSpan interval, bool leading)
    {
        if (interval < TimeSpan.Zero || interval > IDeadline.LongestDelay)
            throw new ArgumentOutOfRangeException(
                nameof(interval), interval, $"interval must be from zero to {IDeadline.LongestDelay}.");
        return new ThrottleDeadline(interval, leading);
    }

    public TimeSpan? Begin(TimeSpan now)
    {
        _armedAt = now;
        if (!IsOver(now))
            return Remaining(now);
        if (leading)
            return null;
        _next = now + interval;
        return interval;
    }

    public readonly void Extend(TimeSpan now)
    {
        // It takes the place of the value that waits, and nothing else changes.
    }

    public bool HasPassed(TimeSpan now, out TimeSpan remaining)
    {
        remaining = Remaining(now);

        // A clock that has not moved on since the timer was armed was set back: then there is only the timer to go by.
        if (remaining == TimeSpan.Zero || now <= _armedAt)
            return true;

        // Timers may cut off fractions of a millisecond, and fire a little early too. Asked for a fraction, one would
        // fire at once, again and again.
        _armedAt = now;
        remaining = TimeSpan.FromMilliseconds(Math.Ceiling(remaining.TotalMilliseconds));
        return false;
    }

    public void Emitted(TimeSpan now)
    {
        // It has fallen due by the reading of another thread, perhaps, that is later than ours.
        _next = (now > _next ? now : _next) + interval;
    }

    // An interval of zero lasts as long as the clock stands still: else no scheduler would ever come into it.
    readonly bool IsOver(TimeSpan now) => now > _next || (now == _next && interval > TimeSpan.Zero);

    TimeSpan Remaining(TimeSpan now)
    {
        if (now >= _next)
            return TimeSpan.Zero;

        // A scheduler without a stopwatch lends its wall clock, which may be set back. Nothing waits longer than an interval.
        if (_next - now > interval)
            _next = now + interval;
        return _next - now;
    }
}
