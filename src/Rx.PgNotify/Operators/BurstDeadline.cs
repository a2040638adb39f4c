namespace Rx.PgNotify.Operators;

/// <summary>
/// When the present burst ends: a quiet spell after its last value, but no later than a limit set by its first one.
/// </summary>
/// <remarks>
/// One timer is armed for a burst. It is not moved when further values come; when it fires too early for them, it is armed again for the
/// rest. So a further value costs no timer, and a delay is never longer than the quiet spell.
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
        // Rx makes the stopwatch of a scheduler that has none from its wall clock, which may be set back. The limit then has to be
        // set back too: otherwise it would be reached only when the clock shows that time again.
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

        // A timer may fire up to a millisecond before the stopwatch reaches the deadline. If it was armed for this deadline, the
        // stopwatch is not asked: otherwise the timer would be armed again and again within that millisecond.
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
