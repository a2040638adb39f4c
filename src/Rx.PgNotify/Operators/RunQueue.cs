namespace Rx.PgNotify.Operators;

/// <summary>
/// The values that wait for their run, in order, and no more than so many. When it is full, the oldest of signals is
/// dropped, and Resyncs stand in the place of what was; of other values none is.
/// </summary>
/// <remarks>
/// Not thread-safe: every call is made under the lock of the sink. Values are dropped in front of the queue only, and only
/// to make place: so a gap is always in front of it, and behind a gap there is always a value.
/// </remarks>
sealed class RunQueue<T>(int capacity)
{
    readonly Queue<T> _values = new();

    // Of what was dropped since the last gap was taken, and of the gap that is being taken: one Resync at a time, while more may be
    // dropped behind it. They swap places, so that a lasting overload allocates nothing.
    ResyncSet<T>? _dropped = ResyncSet<T>.Create();
    ResyncSet<T>? _gap = ResyncSet<T>.Create();

    internal bool IsEmpty => _values.Count == 0;

    /// <returns>Whether there was, or could be made, a place for it.</returns>
    internal bool TryAdd(T value)
    {
        if (_values.Count == capacity)
        {
            if (_dropped is null)
                return false;
            _dropped.AddDropped(_values.Dequeue());
        }

        _values.Enqueue(value);
        return true;
    }

    /// <summary>Takes the next one, of a queue that is not empty.</summary>
    internal T Take()
    {
        if (_gap is { IsEmpty: true })
            (_dropped, _gap) = (_gap, _dropped);
        return _gap is not null && _gap.TryTake(out var resync) ? resync : _values.Dequeue();
    }

    internal void Clear()
    {
        _values.Clear();
        _dropped?.Clear();
        _gap?.Clear();
    }
}
