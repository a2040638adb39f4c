namespace Rx.PgNotify.Operators;

/// <summary>When the waiting value is due: an interval after the emission before it.</summary>
/// <remarks>
/// A value that comes when the interval is over is due at once; without <paramref name="leading"/> it begins an interval and is due at
/// its end. A timer is armed only for the first value that comes within an interval.
/// </remarks>
struct ThrottleDeadline(TimeSpan interval, bool leading) : IDeadline
{
    // When the present interval is over: nothing is emitted before this.
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
        // The gatherer replaces the value that waits; when it is due does not change.
    }

    public bool HasPassed(TimeSpan now, out TimeSpan remaining)
    {
        remaining = Remaining(now);

        // If the clock has not advanced since the timer was armed, it was set back: then the timer alone decides.
        if (remaining == TimeSpan.Zero || now <= _armedAt)
            return true;

        // A timer may drop fractions of a millisecond, or fire a little early. For a fraction alone it would fire at once, again and
        // again, so the rest is rounded up.
        _armedAt = now;
        remaining = TimeSpan.FromMilliseconds(Math.Ceiling(remaining.TotalMilliseconds));
        return false;
    }

    public void Emitted(TimeSpan now)
    {
        // Another thread may have found the value due by a later reading of the clock than this one.
        _next = (now > _next ? now : _next) + interval;
    }

    // An interval of zero is over only when the clock has advanced: otherwise every value would be due at once, and no scheduler used.
    readonly bool IsOver(TimeSpan now) => now > _next || (now == _next && interval > TimeSpan.Zero);

    TimeSpan Remaining(TimeSpan now)
    {
        if (now >= _next)
            return TimeSpan.Zero;

        // Rx makes the stopwatch of a scheduler that has none from its wall clock, which may be set back. No value waits longer than
        // an interval for that.
        if (_next - now > interval)
            _next = now + interval;
        return _next - now;
    }
}
