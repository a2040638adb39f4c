using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// What every listener is, wherever its notifications come from: channels that share one connection, their subscribers, its state, and
/// an end that waits for nobody.
/// </summary>
sealed class SharedListener
{
    // What hangs must not hold up a shutdown; closing takes a few milliseconds otherwise. Two seconds in all.
    static readonly TimeSpan s_closeLimit = TimeSpan.FromSeconds(2) - CancelledOpening.AfterAbort;

    readonly Type _owner;
    readonly DesiredChannels _desired;
    readonly ListenerPump _pump;
    readonly ObserverCalls _calls;
    readonly ListenerMetrics _metrics;
    readonly CancellationToken _stoppingToken;

    // Ended by the disposal: the token may be that of a program, which outlives the listener.
    readonly CancellationTokenRegistration _stopping;
    readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Set once, by the first DisposeAsync.
    int _isDisposed;

    /// <param name="owner">The public type, to be named in an <see cref="ObjectDisposedException"/>.</param>
    /// <param name="options">Validated, and changed by nobody else.</param>
    /// <param name="connect">Makes the connection, which is not opened yet.</param>
    internal SharedListener(Type owner, ListenerOptions options, Func<ListenerPumpContext, IListenConnection> connect)
    {
        _owner = owner;
        var logger = new SafeLogger(options.LoggerFactory?.CreateLogger(owner) ?? NullLogger.Instance);
        var budget = new BufferBudget(options.BufferBytes);
        _calls = new ObserverCalls(
            options.DeliveryScheduler,
            options.ObserverFailed,
            (channel, failure) => Log.DeliverySchedulerFailed(logger, channel ?? nameof(State), ExceptionSummary.Of(failure), failure));
        State = new StateFeed<ListenerState>(_calls, ListenerState.Idle.Instance, ListenerState.Disposed.Instance);
        var instruments = LibraryMeter.Of(options.MeterFactory).Listeners;
        var series = instruments.SeriesOf(options.Name);
        _desired = new DesiredChannels(
            owner, name => new ChannelHub(name, owner, options.BufferCapacity, budget, series.Deliveries), () => _pump!.Wake(), options);
        _metrics = new ListenerMetrics(instruments, series, new ListenerReadings(
            () => State.Latest, _desired.CountListened, _desired.CountSubscribers, () => budget.BufferedNotifications, () => budget.Used, budget.CountDeliveries));
        _pump = new ListenerPump(_desired, connect, State, options, logger, _metrics);
        _stoppingToken = options.StoppingToken;
        _stopping = _stoppingToken.UnsafeRegister(static desired => ((DesiredChannels)desired!).Stop(), _desired); // at once if it is cancelled
    }

    internal StateFeed<ListenerState> State { get; }

    /// <inheritdoc cref="ObserverCalls.TakerOf"/>
    internal FailureTaker? TakerOf(string? channel) => _calls.TakerOf(channel);

    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    internal PgChannel Channel(string name)
    {
        ChannelName.Validate(name, nameof(name));
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, _owner);
        return new PgChannel(this, name);
    }

    internal TReader Subscribe<TReader>(string channel, Func<ChannelHub, ObserverCalls, Action, TReader> create)
        where TReader : Reader
    {
        var acquired = _desired.Acquire(channel);
        var reader = create(acquired.Hub, _calls, acquired.Release);
        acquired.Hub.Join(reader);
        return reader;
    }

    internal async Task<IDisposable> SubscribeAsync(
        string channel,
        Func<ChannelHub, ObserverCalls, Action, TaskCompletionSource, Subscription> create,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscription = Subscribe(channel, (hub, calls, release) => create(hub, calls, release, joined));
        try
        {
            await joined.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return subscription;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            var state = State.Latest; // before the disposal, after which the listener may be idle
            subscription.Dispose();
            throw state is ListenerState.Reconnecting { Cause: var cause }
                ? new OperationCanceledException(
                    $"Gave up waiting for the server to listen; the last attempt to connect failed: {ExceptionSummary.Of(cause)}", cause, cancellationToken)
                : new OperationCanceledException("Gave up waiting for the server to listen.", cancellationToken);
        }
        catch (ObjectDisposedException e) when (_stoppingToken.IsCancellationRequested)
        {
            // Completed before it could join: the hub knows no other reason for that than disposal.
            throw new OperationCanceledException("The listener's StoppingToken was cancelled before the server listened.", e, _stoppingToken);
        }
    }

    /// <param name="source">What the connections come from, to be disposed after the last of them is closed.</param>
    internal ValueTask DisposeAsync(IAsyncDisposable? source = null)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _ = CloseAsync(source).IgnoreOutcomeAsync();
        return new ValueTask(_closed.Task);
    }

    async Task CloseAsync(IAsyncDisposable? source)
    {
        try
        {
            _stopping.Unregister();
            _desired.Close();
            await _pump.StopAsync(s_closeLimit).ConfigureAwait(false);
            if (source is not null)
                await source.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            State.Publish(ListenerState.Disposed.Instance);
            _metrics.Disposed();
            _closed.TrySetResult();
        }
    }
}
