using System.Buffers;

namespace Rx.PgNotify.Delivery;

/// <summary>
/// The readers of a channel that wait: joining ones for the acknowledgement of LISTEN, parked ones for something to read.
/// </summary>
/// <remarks>
/// <paramref name="gate"/>, the lock of the <see cref="ChannelHub"/>, guards all fields. Whoever takes a reader out queues it, outside
/// the lock, so none is queued twice. Invariant: while <c>_isWaking</c> is set, a work item is on its way that takes out all readers
/// that are parked when it runs, including those that were parked after it was queued.
/// </remarks>
/// <param name="gate">The lock of the hub.</param>
sealed class WaitingReaders(Lock gate) : IThreadPoolWorkItem
{
    readonly LinkedList<Reader> _joining = [];
    readonly LinkedList<Reader> _parked = [];
    bool _isWaking;

    internal void AddJoining_NeedsLock(Reader reader) => _joining.AddLast(reader.Waiting);

    internal void Park_NeedsLock(Reader reader) => _parked.AddLast(reader.Waiting);

    /// <summary>The joining readers need not wait any more: they are parked, to be woken with all others.</summary>
    /// <param name="decided">Is called with each of them, under the lock.</param>
    internal void ParkJoining_NeedsLock(Action<Reader> decided)
    {
        while (_joining.First is { } node)
        {
            _joining.Remove(node);
            decided(node.Value);
            _parked.AddLast(node);
        }
    }

    /// <returns>Whether it waited.</returns>
    internal static bool Remove_NeedsLock(Reader reader)
    {
        if (reader.Waiting.List is not { } list)
            return false;
        list.Remove(reader.Waiting);
        return true;
    }

    /// <summary>
    /// Wakes all parked readers: several by one work item, so that storing costs the same for one reader and a thousand.
    /// </summary>
    /// <returns>If there is only one, this is it, for the caller to queue outside the lock.</returns>
    internal Reader? Wake_NeedsLock()
    {
        if (_isWaking || _parked.First is not { } first)
            return null;
        if (first.Next is null)
        {
            _parked.Remove(first);
            return first.Value;
        }

        _isWaking = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return null;
    }

    void IThreadPoolWorkItem.Execute()
    {
        Reader[] woken;
        int count;
        lock (gate)
        {
            _isWaking = false;
            count = _parked.Count;
            woken = ArrayPool<Reader>.Shared.Rent(count);
            _parked.CopyTo(woken, 0);
            _parked.Clear();
        }

        for (var i = 0; i < count; i++)
            woken[i].Queue();
        ArrayPool<Reader>.Shared.Return(woken, clearArray: true);
    }
}
