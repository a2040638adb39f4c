namespace Rx.PgNotify.Operators;

/// <summary>
/// When the open burst ends: a quiet spell after its last value, but no later than a limit set by its first one.
/// </summary>
/// <remarks>
/// One timer is armed for a burst. It is not moved when values come; when it fires it is armed again for what is left.
/// So a value costs no timer, and a delay is never longer than the quiet spell.
/// </remarks>
struct BurstDeadline(BurstTiming timing) : IDeadline
{
    TimeSpan _last;
    TimeSpan _limit;
    TimeSpan _armedFor;

    public TimeSpan? Begin(TimeSpan now)
    {
        _last = now;
        _limit = now > TimeSpan.MaxValue - timing.MaxWait ? TimeSpan.MaxValue : now + timing.MaxWait;
        _armedFor = now + timing.Quiet;
        return timing.Quiet;
    }

    public void Extend(TimeSpan now)
    {
        // A scheduler without a stopwatch of its own has one made of its wall clock, which may be set back. The time
        // since the last value is then unknown; without this, the limit would wait for the clock to come round again.
        if (now < _last)
            _limit -= _last - now;
        _last = now;
    }

    public bool HasPassed(TimeSpan now, out TimeSpan remaining)
    {
        remaining = TimeSpan.Zero;
        var deadline = _last + timing.Quiet;
        if (deadline > _limit)
            deadline = _limit;

        // A timer may fire a little before the stopwatch says so (its resolution is a millisecond). The one that was
        // armed for this very deadline is believed: asking the stopwatch would make it spin through that millisecond.
        if (deadline == _armedFor)
            return true;

        // The source may have read the stopwatch after this thread did, or the wall clock was set back.
        if (now < _last)
            now = _last;
        if (deadline <= now)
            return true;

        _armedFor = deadline;
        remaining = deadline - now;
        return false;
    }

    public readonly void Emitted(TimeSpan now)
    {
        // The next burst begins with its first value.
    }
}
