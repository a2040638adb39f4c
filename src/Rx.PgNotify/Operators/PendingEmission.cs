using System.Diagnostics.CodeAnalysis;

namespace Rx.PgNotify.Operators;

/// <summary>
/// What a <see cref="DeadlineSink{TSource,TResult,TDeadline}"/> has gathered for its next emission, whether that is due, and the results
/// of the present emission that are still to be passed on.
/// </summary>
/// <remarks>Not thread-safe: every call is made under the lock of the sink.</remarks>
sealed class PendingEmission<TSource, TResult, TDeadline>(TDeadline deadline, IGatherer<TSource, TResult> gatherer)
    where TDeadline : struct, IDeadline
{
    // Behind the result that the sink is passing on.
    readonly Queue<TResult> _results = new();
    TDeadline _deadline = deadline;
    State _state;

    enum State
    {
        Empty,   // nothing is gathered
        Waiting, // something is, and a timer will look whether it is due
        Due,     // something is, and is emitted as soon as the turn is free
    }

    /// <summary>Adds a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="now">On the sink's clock.</param>
    /// <param name="delay">If it is the first one, when to look whether it is due; <see langword="null"/> if it is due now.</param>
    /// <returns>Whether it is the first one since the last emission.</returns>
    internal bool Add(TSource value, TimeSpan now, out TimeSpan? delay)
    {
        delay = null;
        gatherer.Add(value);
        if (_state != State.Empty)
        {
            _deadline.Extend(now);
            return false;
        }

        delay = _deadline.Begin(now);
        _state = delay is null ? State.Due : State.Waiting;
        return true;
    }

    /// <summary>The timer fired.</summary>
    /// <returns>Whether what is gathered is due; if not, the timer has to be armed again for what remains.</returns>
    internal bool IsDue(TimeSpan now, out TimeSpan remaining)
    {
        if (!_deadline.HasPassed(now, out remaining))
            return false;
        _state = State.Due;
        return true;
    }

    /// <summary>Takes the next result of the present emission.</summary>
    internal bool TryTakeRest([MaybeNullWhen(false)] out TResult result) => _results.TryDequeue(out result);

    /// <summary>Begins an emission, if one is due, and takes its first result.</summary>
    /// <param name="now">On the sink's clock.</param>
    /// <param name="isFlush">Whether what is gathered is due in any case.</param>
    /// <param name="result">The first result.</param>
    internal bool TryTake(TimeSpan now, bool isFlush, [MaybeNullWhen(false)] out TResult result)
    {
        result = default;
        if (_state == State.Empty || (_state == State.Waiting && !isFlush))
            return false;
        _state = State.Empty;
        _deadline.Emitted(now);
        if (!gatherer.TryTake(out result))
            return false;
        // All of them now: values that come while they are passed on one by one belong to the next emission, with its own deadline.
        while (gatherer.TryTake(out var next))
            _results.Enqueue(next);
        return true;
    }
}
