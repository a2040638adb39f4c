namespace Rx.PgNotify.Operators;

/// <summary>When a <see cref="DeadlineSink{TSource,TResult,TDeadline}"/> emits what it has gathered.</summary>
/// <remarks>
/// Times are readings of one stopwatch. The sink calls under its lock, so an implementation runs no foreign code and needs
/// no lock of its own; as several threads read the stopwatch, a reading may be a little older than the one before.
/// </remarks>
interface IDeadline
{
    // System.Threading.Timer takes more, but not every scheduler rests on it.
    static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>The first value to be gathered came.</summary>
    /// <returns>After which delay to look, or <see langword="null"/> when it is due at once, on this thread.</returns>
    TimeSpan? Begin(TimeSpan now);

    /// <summary>A further value came.</summary>
    void Extend(TimeSpan now);

    /// <summary>The timer fired: whether it is due now, and if not, after which delay to look again.</summary>
    bool HasPassed(TimeSpan now, out TimeSpan remaining);

    /// <summary>The result is about to be given to the observer.</summary>
    void Emitted(TimeSpan now);
}
