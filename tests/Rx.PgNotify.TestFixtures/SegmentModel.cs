namespace Rx.PgNotify.TestFixtures;

/// <summary>
/// Contract C3 for one subscription, checked signal by signal: which number may come next is a single one inside a
/// segment, and a range right after a Resync.
/// </summary>
/// <remarks>Each check returns what is wrong, or <see langword="null"/>. Not thread-safe.</remarks>
sealed class SegmentModel(CommitLog log)
{
    // The next number lies in this range. Below it is what was delivered or dropped already, above it begins what was
    // committed after the last Resync was received, of which nothing may be missing.
    long _least = 1;
    long _most;

    public bool HasBegun { get; private set; }

    public long Reconnects { get; private set; }

    public long Overflows { get; private set; }

    public long Last => _least - 1;

    /// <summary>Whether nothing up to this number can come any more, or be missing without a Resync after it.</summary>
    public bool HasSettled(long number) => HasBegun && _most > number;

    public string? Resync(ResyncReasons reasons, long dropped)
    {
        var started = log.Started;
        var isFirst = !HasBegun;
        HasBegun = true;
        if (isFirst != reasons.HasFlag(ResyncReasons.Subscribed))
            return isFirst ? $"the first Resync is {reasons}" : $"{reasons} again";
        if (reasons.HasFlag(ResyncReasons.Overflow) != dropped > 0)
            return $"{reasons} with {dropped} dropped";
        var (before, most) = (Range, _most);
        _least += dropped;

        // A reconnect loses an unknown number, and so does the time before the first acknowledgement. Of an overflow
        // alone each number is accounted for: delivered, dropped, or still to come.
        _most = isFirst || reasons.HasFlag(ResyncReasons.Reconnected) ? started + 1 : Math.Min(most + dropped, started + 1);
        Reconnects += reasons.HasFlag(ResyncReasons.Reconnected) ? 1 : 0;
        Overflows += dropped > 0 ? 1 : 0;
        if (_least <= _most)
            return null;
        _most = _least;
        return $"{reasons} with {dropped} dropped, {before} expected, but only {started} sent";
    }

    public string? Notification(long number)
    {
        var range = Range;
        var isExpected = HasBegun && number >= _least && number <= _most && number <= log.Started;
        _least = _most = number + 1;
        return isExpected ? null : $"{number} came, {range} expected, {log.Started} sent";
    }

    string Range => !HasBegun ? "a Resync" : _least == _most ? $"{_least}" : $"{_least} to {_most}";
}
