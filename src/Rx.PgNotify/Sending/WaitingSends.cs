using System.Threading.Channels;

namespace Rx.PgNotify.Sending;

/// <summary>All that is not on the wire: a bounded queue in the order of the calls, and before it what was planned already.</summary>
/// <remarks>Enqueued by any thread; all else is the pump's.</remarks>
sealed class WaitingSends(PgNotifierOptions options)
{
    // Writers that find it full wait, and are let in one by one, in the order of their calls, as sends are read.
    readonly Channel<PendingSend> _queue = Channel.CreateBounded<PendingSend>(
        new BoundedChannelOptions(options.Capacity) { SingleReader = true });

    readonly CommitPlan _plan = new();

    /// <summary>Whether nobody waits for anything that could be sent now, after <see cref="DropCompleted"/>.</summary>
    internal bool IsEmpty => _plan.Sends.All(send => send.IsCompleted) && !_queue.Reader.TryPeek(out _);

    /// <summary>When the first of them has waited too long. Those that come later have later deadlines.</summary>
    internal TimeSpan? EarliestDeadline
    {
        get
        {
            var earliest = _queue.Reader.TryPeek(out var first) ? first.Deadline : (TimeSpan?)null;
            foreach (var send in _plan.Sends)
            {
                if (!(earliest <= send.Deadline))
                    earliest = send.Deadline;
            }

            return earliest;
        }
    }

    /// <summary>Completes when there was a place for it.</summary>
    /// <exception cref="ChannelClosedException">Nothing is sent any more.</exception>
    internal ValueTask EnqueueAsync(PendingSend send, CancellationToken cancellationToken) =>
        _queue.Writer.TryWrite(send) ? ValueTask.CompletedTask : _queue.Writer.WriteAsync(send, cancellationToken);

    /// <summary>Takes sends that are completed already, by a cancel, off the front of the queue.</summary>
    internal void DropCompleted()
    {
        while (_queue.Reader.TryPeek(out var send) && send.IsCompleted)
            _queue.Reader.TryRead(out _);
    }

    /// <summary>Waits until something is there, or until <paramref name="closing"/> is cancelled.</summary>
    internal async Task UntilAnyAsync(CancellationToken closing)
    {
        try
        {
            await _queue.Reader.WaitToReadAsync(closing).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>The commits that come next. May be none: all may have been withdrawn.</summary>
    internal List<List<PendingSend>> TakeNext(RoundTripSize size)
    {
        if (_plan.IsEmpty)
        {
            var sends = new List<PendingSend>();
            while (sends.Count < options.Capacity && _queue.Reader.TryRead(out var send))
            {
                if (!send.IsCompleted)
                    sends.Add(send);
            }

            _plan.Add(sends, options.MergeEqual);
        }

        return _plan.TakeNext(size);
    }

    internal void PutBack(IEnumerable<List<PendingSend>> commits) => _plan.PutBack(commits);

    /// <summary>Takes out those that have waited too long.</summary>
    internal List<PendingSend> TakeOverdue(TimeSpan now)
    {
        var overdue = _plan.Sends.Where(send => send.Deadline <= now && !send.IsCompleted).ToList(); // the plan skips completed ones
        while (_queue.Reader.TryPeek(out var send) && (send.IsCompleted || send.Deadline <= now))
        {
            _queue.Reader.TryRead(out _);
            if (!send.IsCompleted)
                overdue.Add(send);
        }

        return overdue;
    }

    internal List<PendingSend> TakeAll()
    {
        var all = _plan.TakeAll();
        while (_queue.Reader.TryRead(out var send))
            all.Add(send);
        return all.FindAll(send => !send.IsCompleted);
    }

    /// <summary>From now on nothing can be enqueued.</summary>
    internal void Close() => _queue.Writer.TryComplete();
}
