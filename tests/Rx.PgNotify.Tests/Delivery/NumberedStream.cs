using System.Globalization;

namespace Rx.PgNotify.Tests.Delivery;

/// <summary>Checks what one subscriber sees of notifications that are numbered in the order of sending.</summary>
sealed class NumberedStream : IObserver<ChannelSignal>
{
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _calls;
    long _next;
    bool _mayHaveGap;
    bool _hasBegun;

    /// <summary>What was wrong first.</summary>
    public string? Mistake { get; private set; }

    public ChannelSignal Last { get; private set; }

    public Task Ended => _ended.Task;

    public void OnNext(ChannelSignal signal)
    {
        if (Interlocked.Increment(ref _calls) != 1)
            Mistake ??= "calls overlap";
        if (!_hasBegun && (signal.Reasons & ResyncReasons.Subscribed) == ResyncReasons.None)
            Mistake ??= $"begins with {signal}";
        _hasBegun = true;
        Last = signal;
        if (signal.IsResync)
        {
            // What is sent while nobody listens is lost uncounted.
            _mayHaveGap |= (signal.Reasons & ~ResyncReasons.Overflow) != ResyncReasons.None;
            _next += signal.Dropped;
        }
        else
        {
            var number = long.Parse(signal.Notification.Payload, CultureInfo.InvariantCulture);
            if (number < _next || (number > _next && !_mayHaveGap))
                Mistake ??= $"{number} instead of {_next}";
            _next = number + 1;
            _mayHaveGap = false;
        }

        Interlocked.Decrement(ref _calls);
    }

    public void OnCompleted() => _ended.TrySetResult();

    public void OnError(Exception error)
    {
        Mistake ??= $"{error}";
        _ended.TrySetResult();
    }
}
