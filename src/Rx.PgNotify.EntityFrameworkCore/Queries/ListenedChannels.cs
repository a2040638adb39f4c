using System.Diagnostics;
using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>
/// The signals of a set of channels that changes while it is observed: one subscription to each channel. What a signal says
/// is of no interest here, so those that meet in one moment are passed on as one.
/// </summary>
/// <remarks>
/// <para>
/// Of one observer. The first signal comes at once, with no channel listened to: it starts the run that finds out which
/// channels there have to be.
/// </para>
/// <para>
/// The lock guards the fields and nothing else: the listener, the observer and disposals are called outside. Whoever sets
/// <c>_isEmitting</c> calls the observer, alone, and looks under the lock for what came meanwhile before he clears it; so
/// calls never overlap, and none is lost. A channel is in the dictionary before it is subscribed to, and leaves it before it
/// is disposed of.
/// </para>
/// </remarks>
sealed class ListenedChannels(PgListener listener) : IObservable<ChannelSignal>, IFailureTaking, IDisposable
{
    static readonly HashSet<string> s_none = [];

    readonly Lock _gate = new();
    readonly Dictionary<string, ListenedChannel> _channels = new(StringComparer.Ordinal);

    // Of the first channel, once there is one.
    volatile FailureTaker? _taker = listener.Shared.TakerOf(channel: null);

    // Replaced under the lock, never changed: read without it.
    volatile HashSet<string> _listened = s_none;

    // Set once, before the first signal.
    IObserver<ChannelSignal>? _observer;

    Phase _phase;

    // Stays after the end: a run that notices the end first passes it on.
    Exception? _error;
    bool _isDue;
    bool _isEmitting;

    enum Phase
    {
        Running,

        /// <summary>The observer is still to hear of the end.</summary>
        Ended,

        /// <summary>Nothing is emitted any more, and nothing subscribed to.</summary>
        Over,
    }

    /// <summary>The channels that the server has acknowledged to listen to, at this moment.</summary>
    internal IReadOnlySet<string> Listened => _listened;

    public FailureTaker? Taker => _taker;

    public IDisposable Subscribe(IObserver<ChannelSignal> observer)
    {
        Debug.Assert(_observer is null, "there is one observer");
        _observer = observer;
        // Not on the subscriber's thread, and without his context: his transaction, for instance, is not the queries'.
        // A run that reads nothing may complete at once, and its result be observed from here.
        ThreadPool.UnsafeQueueUserWorkItem(
            static channels => FailureTaker.Guard(channels.Taker, channels, channels, static channels => channels.Raise()), this, preferLocal: false);
        return this;
    }

    /// <summary>Subscribes to those channels that it doesn't yet, and waits until the server listens to all of them.</summary>
    /// <exception cref="ListenerEndedException">The listener was disposed, or the subscription has ended.</exception>
    internal async Task ListenToAsync(IReadOnlyCollection<string> channels, CancellationToken cancellationToken)
    {
        List<ListenedChannel> added = [];
        List<Task<bool>> acknowledgements = [];
        lock (_gate)
        {
            if (_phase != Phase.Running)
                throw new ListenerEndedException(_error);
            foreach (var name in channels)
            {
                if (!_channels.TryGetValue(name, out var channel))
                {
                    if (_channels.Count == 0)
                        _taker = listener.Shared.TakerOf(name);
                    _channels.Add(name, channel = new ListenedChannel(this, name));
                    added.Add(channel);
                }

                acknowledgements.Add(channel.Acknowledged);
            }
        }

        foreach (var channel in added)
            Subscribe(channel);
        var acknowledged = await Task.WhenAll(acknowledgements).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (acknowledged.Contains(false))
            throw new ListenerEndedException(null);
    }

    /// <summary>Leaves all other channels. Without any channel nothing will come any more: that ends the signals.</summary>
    internal void Keep(IReadOnlySet<string> channels)
    {
        List<ListenedChannel> left;
        lock (_gate)
        {
            left = [.. _channels.Values.Where(channel => !channels.Contains(channel.Name))];
            foreach (var channel in left)
                _channels.Remove(channel.Name);
            if (left.Count > 0)
                _listened = [.. _listened.Where(channels.Contains)];
        }

        foreach (var channel in left)
            channel.Subscription.Dispose();
        if (channels.Count == 0)
            End(null);
    }

    internal void Acknowledge(ListenedChannel channel)
    {
        lock (_gate)
        {
            if (_channels.TryGetValue(channel.Name, out var current) && current == channel)
                _listened = [.. _listened, channel.Name];
        }
    }

    internal void Raise()
    {
        lock (_gate)
        {
            _isDue = true;
            if (_isEmitting)
                return;
            _isEmitting = true;
        }

        Emit();
    }

    /// <summary>A channel has failed. One that was left meanwhile is of no interest any more.</summary>
    internal void Fail(ListenedChannel channel, Exception error)
    {
        lock (_gate)
        {
            if (!_channels.TryGetValue(channel.Name, out var current) || current != channel)
                return;
        }

        End(error);
    }

    /// <summary>One channel has completed; the signals do once all have.</summary>
    internal void Complete(ListenedChannel channel)
    {
        lock (_gate)
        {
            channel.HasCompleted = true;
            if (_channels.Values.Any(other => !other.HasCompleted))
                return;
        }

        End(null);
    }

    public void Dispose()
    {
        ListenedChannel[] left;
        lock (_gate)
        {
            _phase = Phase.Over;
            left = [.. _channels.Values];
            _channels.Clear();
        }

        foreach (var channel in left)
            channel.Subscription.Dispose();
    }

    void Subscribe(ListenedChannel channel)
    {
        try
        {
            channel.Subscription.Disposable = listener.Channel(channel.Name).Signals.Subscribe(channel);
        }
        catch (ObjectDisposedException)
        {
            channel.OnCompleted();
        }
        catch (Exception e)
        {
            // Or whoever waits for its acknowledgement would do so for ever.
            channel.OnError(e);
        }
    }

    void End(Exception? error)
    {
        lock (_gate)
        {
            if (_phase != Phase.Running)
                return;
            _phase = Phase.Ended;
            _error = error;
            if (_isEmitting)
                return;
            _isEmitting = true;
        }

        Emit();
    }

    void Emit()
    {
        while (true)
        {
            bool hasEnded;
            lock (_gate)
            {
                hasEnded = _phase == Phase.Ended;
                if (_phase == Phase.Over || (!hasEnded && !_isDue))
                {
                    _isEmitting = false;
                    return;
                }

                _isDue = false;
            }

            if (hasEnded)
            {
                EmitEnd();
                return;
            }

            _observer!.OnNext(default);
        }
    }

    void EmitEnd()
    {
        Dispose();
        if (_error is { } error)
            _observer!.OnError(error);
        else
            _observer!.OnCompleted();
    }
}
