using System.Threading.Tasks.Sources;

namespace Rx.PgNotify.Delivery;

/// <summary>
/// A reader for a consumer that asks for each batch (<c>await foreach</c>). It either waits in the hub, or is queued, or running, or its
/// consumer has the last answer; only then may the consumer ask again.
/// </summary>
/// <remarks>
/// The answer is given on a thread where observers are called, never on the one that made something readable: the consumer's
/// continuation runs inside that call, and one that blocks is then handled like any observer that blocks. A consumer of the library's
/// own that only passes on what it gets is spared that change of threads, as it costs about as much as all the rest.
/// </remarks>
/// <param name="hub">Of the channel.</param>
/// <param name="release">Called once, when it has left.</param>
/// <param name="neverBlocks">Whether the consumer may go on on the thread that reads the socket.</param>
sealed class PullSubscription(ChannelHub hub, Action release, bool neverBlocks = false)
    : Reader(hub, release), IValueTaskSource<ArraySegment<ChannelSignal>>
{
    // Not rented: the consumer may hold on to it for as long as it likes.
    readonly ChannelSignal[] _batch = new ChannelSignal[MaxBatchCount];
    ManualResetValueTaskSourceCore<ArraySegment<ChannelSignal>> _answer;
    int _count;
    int _batchesInARow;

    // Joining the hub is the first question: the reader waits there or is queued.
    bool _hasAsked = true;

    /// <summary>
    /// What comes next, as soon as there is something; valid until the next call. Empty after the channel's end and after
    /// <see cref="Dispose"/>.
    /// </summary>
    /// <exception cref="PgListenerException">The channel has ended with an error, and everything was read.</exception>
    internal ValueTask<ArraySegment<ChannelSignal>> ReadAsync()
    {
        var version = _answer.Version;
        if (_hasAsked)
            _hasAsked = false;
        else if (++_batchesInARow < BatchesInARow)
            Deliver();
        else
        {
            _batchesInARow = 0;
            Queue(); // a consumer that always finds something would keep its thread for ever
        }

        return new ValueTask<ArraySegment<ChannelSignal>>(this, version);
    }

    /// <summary>Gives the answer, on the consumer's thread or where observers are called, unless there is none yet.</summary>
    internal override void Deliver()
    {
        Array.Clear(_batch, 0, _count);
        _count = 0;
        var (outcome, count) = Hub.Read(this, _batch);
        if (outcome == ReadOutcome.Parked)
            return; // another thread may have woken it already, and be running this method: touch nothing from here on
        _count = count;
        if (outcome == ReadOutcome.Completed && Hub.CreateError() is { } error)
            _answer.SetException(error);
        else
            _answer.SetResult(new ArraySegment<ChannelSignal>(_batch, 0, count));
    }

    internal override void OnReadable()
    {
        if (neverBlocks)
            Deliver();
        else
            Queue();
    }

    /// <summary>May be called by anybody at any time: a question that waits is answered.</summary>
    public override void Dispose()
    {
        if (TryLeave(out var wasWaiting) && wasWaiting)
            Queue();
    }

    ArraySegment<ChannelSignal> IValueTaskSource<ArraySegment<ChannelSignal>>.GetResult(short token)
    {
        try
        {
            return _answer.GetResult(token);
        }
        finally
        {
            _answer.Reset();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<ArraySegment<ChannelSignal>>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<ArraySegment<ChannelSignal>>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _batchesInARow = 0;
        _answer.OnCompleted(continuation, state, token, flags);
    }
}
