using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// The one loop of a listener: connect, reconcile, wait, and again. It runs while channels are wanted and is the only
/// one to touch the connection, so that there is never a second one.
/// </summary>
#pragma warning disable CA1001 // a token source without timer and links needs no disposal, and late callers may still look at it
sealed class ListenerPump
#pragma warning restore CA1001
{
    static readonly TimeSpan s_cancelPatience = TimeSpan.FromSeconds(1);

    readonly DesiredChannels _desired;
    readonly ConnectionSource _connections;
    readonly ConnectionCheck _check;
    readonly StateFeed _state;
    readonly NotificationsReceived _received;
    readonly PgListenerOptions _options;
    readonly ILogger _logger;
    readonly ListenerMetrics _metrics;
    readonly ReconnectPolicy _reconnect;
    readonly PumpSignal _signal = new();
    readonly CancellationTokenSource _stop = new();

    // Guards _loop, _isRunning and _isStopped. Invariant: a loop runs whenever channels are wanted, and only one.
    readonly Lock _gate = new();
    Task _loop = Task.CompletedTask;
    bool _isRunning;
    bool _isStopped;

    // Belongs to the loop, and outlives it.
    bool _hasConnected;

    // The session that is open, for whoever has to break it. Written by the loop.
    volatile ListenSession? _session;

    // Of the backend that serves; 0 while none does. Written by the loop, read by anybody.
    volatile int _processId;

    internal ListenerPump(
        DesiredChannels desired,
        ConnectionSource connections,
        StateFeed state,
        NotificationsReceived received,
        PgListenerOptions options,
        ILogger logger,
        ListenerMetrics metrics)
    {
        _desired = desired;
        _connections = connections;
        _check = new ConnectionCheck(connections, options.Heartbeat, logger);
        _state = state;
        _received = received;
        _options = options;
        _logger = logger;
        _metrics = metrics;
        _reconnect = new ReconnectPolicy(
            options.ReconnectDelay, options.MaxReconnectDelay, options.ReconnectBudget, options.Scheduler.StartClock());
    }

    /// <summary>The process id of the backend that serves; <see langword="null"/> while none does.</summary>
    internal int? ProcessId => _processId is var processId and not 0 ? processId : null;

    /// <summary>The desired state has changed. Never blocks.</summary>
    internal void Wake()
    {
        lock (_gate)
        {
            if (!_isRunning && !_isStopped)
            {
                _isRunning = true;
                _loop = SuppressedFlow.Run(RunAsync);
            }
        }

        _signal.Request();
    }

    /// <summary>Closes the connection, and gives up waiting for it after <paramref name="limit"/>.</summary>
    internal async Task StopAsync(TimeSpan limit)
    {
        Task loop;
        lock (_gate)
        {
            _isStopped = true;
            loop = _loop;
        }

        // Not awaited without a limit: whoever registered with the token may block.
        var stopping = _stop.CancelSafelyAsync();
        _signal.Request();
        if (await Task.WhenAll(stopping, loop).EndsWithinAsync(limit).ConfigureAwait(false))
            return;
        Log.CloseTimedOut(_logger, limit);
        _session?.Abort();
    }

    async Task RunAsync()
    {
        // The only way out is TryEnd: it alone can know that nobody will wait for a loop that has gone.
        while (!TryEnd())
        {
            try
            {
                await RunConnectionAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // A scheduler of the user's that throws, or a bug of ours. Never silent: all observers get the error. And never
                // in a hot loop: whoever subscribes again at once waits here, as the scheduler can't be relied on.
                var delay = _reconnect.Failed(e);
                Fault(PgListenerError.Unknown, "The listener failed in an unforeseen way.", e);
                await DelayAsync(delay, _stop.Token).ConfigureAwait(false);
            }
        }
    }

    bool TryEnd()
    {
        lock (_gate)
        {
            if (!_isStopped && _desired.AnyWanted)
                return false;
            _isRunning = false;
            _reconnect.StartBudgetAnew();
            _state.PublishIdle();
            return true;
        }
    }

    async Task RunConnectionAsync()
    {
        if (!await BackOffAsync().ConfigureAwait(false))
            return;
        var failure = await ConnectAndServeAsync().ConfigureAwait(false);
        _desired.Disconnected();
        if (failure is null || _stop.IsCancellationRequested)
        {
            _reconnect.Ended();
            return;
        }

        var wasServing = _reconnect.Failures == 0 && _hasConnected;
        var delay = _reconnect.Failed(failure);
        if (!_hasConnected && PermanentFailure.OfConnecting(failure, _connections) is { } permanent)
        {
            Fault(permanent.Error, permanent.Message, failure);
            return;
        }

        if (_reconnect.IsBudgetSpent)
        {
            var message = $"No connection could be had in {_reconnect.Failures} attempts within a reconnect budget of {_options.ReconnectBudget}; the last failure: {ExceptionSummary.Of(failure)}";
            Fault(PgListenerError.ReconnectBudgetSpent, message, failure);
            return;
        }

        if (wasServing)
            Log.ConnectionLost(_logger, ExceptionSummary.Of(failure), _reconnect.Failures, (long)delay.TotalMilliseconds, failure);
        else
            Log.ConnectionFailed(_logger, ExceptionSummary.Of(failure), _reconnect.Failures, (long)delay.TotalMilliseconds, failure);
    }

    /// <summary>Waits until the next attempt is due; <see langword="false"/> if it is wanted no more.</summary>
    async Task<bool> BackOffAsync()
    {
        var remaining = _reconnect.Remaining;
        if (remaining <= TimeSpan.Zero)
        {
            _state.Publish(ListenerState.Connecting.Instance);
            return true;
        }

        // In this order: whoever sees the state and advances a virtual clock by its delay makes the attempt due.
        var abandon = new CancellationTokenSource();
        var due = _options.Scheduler.DelayAsync(remaining, abandon.Token);
        _state.Publish(new ListenerState.Reconnecting(_reconnect.Failures, remaining, _reconnect.LastFailure!));
        await WhileWantedAsync(due, abandon).ConfigureAwait(false);
        if (due.IsFaulted)
            await due.ConfigureAwait(false); // the scheduler of the options fails
        return due.IsCompletedSuccessfully && _desired.AnyWanted;
    }

    /// <summary>Waits for <paramref name="work"/>, or cancels it, and returns, as soon as no channel is wanted any more.</summary>
    async Task WhileWantedAsync(Task work, CancellationTokenSource abandon)
    {
        using var stopping = _stop.Token.UnsafeRegister(
            static abandon => _ = ((CancellationTokenSource)abandon!).CancelSafelyAsync(), abandon);
        while (!work.IsCompleted && !abandon.IsCancellationRequested)
        {
            // In this order: what changes after the look is a request that ends the waiting.
            _signal.TryTake();
            if (!_desired.AnyWanted)
            {
                _ = abandon.CancelSafelyAsync(); // not awaited: Npgsql's callback blocks while it asks a hung server to cancel
                return;
            }

            var requested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _signal.Arm(() => requested.TrySetResult());
            await Task.WhenAny(work, requested.Task).ConfigureAwait(false);
            _signal.Disarm();
        }
    }

    /// <summary>One connection from beginning to end.</summary>
    /// <returns>What it failed of; <see langword="null"/> if it was closed because nobody needs it.</returns>
    async Task<Exception?> ConnectAndServeAsync()
    {
        var setUp = LibraryTracing.StartConnecting();
        ListenSession? session = null;
        try
        {
            session = await OpenAsync().ConfigureAwait(false);
            if (session is null)
                return null;
            using var loop = new SessionLoop(session, _desired, _signal, _logger, _metrics, _stop.Token);
            await loop.RunAsync(ready: () => HasConnected(session, setUp)).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            setUp.End(session?.Connection, e);
            return e;
        }
        finally
        {
            _processId = 0;
            setUp.End(session?.Connection);
            LibraryTracing.MakeCurrent(null); // here it still is the span that ended when the connection served
            if (session is not null)
                await CloseAsync(session).ConfigureAwait(false);
            _metrics.ConnectionEnded();
        }
    }

    /// <returns><see langword="null"/> if it is wanted no more.</returns>
    async Task<ListenSession?> OpenAsync()
    {
        var abandon = new CancellationTokenSource();
        var opening = OpenAsync(abandon.Token);
        await WhileWantedAsync(opening, abandon).ConfigureAwait(false);
        if (!abandon.IsCancellationRequested)
            return await opening.ConfigureAwait(false);

        // While Npgsql waits for the answer to its first message it can't be cancelled.
        var ended = EndedAsync(opening);
        if (await Task.WhenAny(ended, DelayAsync(s_cancelPatience, CancellationToken.None)).ConfigureAwait(false) != ended)
            Log.OpeningAbandoned(_logger);
        return null;
    }

    // Real time: about the socket, or about a scheduler that fails.
    static Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) =>
#pragma warning disable RS0030
        Task.Delay(delay, cancellationToken).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
#pragma warning restore RS0030

    async Task EndedAsync(Task<ListenSession> opening)
    {
        try
        {
            await CloseAsync(await opening.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.OpeningCancelled(_logger, e);
        }
    }

    async Task<ListenSession> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        var session = new ListenSession(_connections, connection, new BurstBuffer(_options, _received), _options.Heartbeat);
        _session = session;
        try
        {
            await _check.RunAsync(session, cancellationToken).ConfigureAwait(false);
            Log.Connected(_logger, session.BackendProcessId);
            return session;
        }
        catch
        {
            await CloseAsync(session).ConfigureAwait(false);
            throw;
        }
    }

    void HasConnected(ListenSession session, Activity? setUp)
    {
        _processId = session.BackendProcessId; // before the state says that it listens
        setUp.End(session.Connection);
        if (_hasConnected && _reconnect.Failures > 0)
            _metrics.Reconnected();
        _hasConnected = true;
        _reconnect.Succeeded();
        _state.Publish(ListenerState.Listening.Instance);
    }

    void Fault(PgListenerError error, string message, Exception cause)
    {
        _reconnect.StartBudgetAnew(); // the next epoch has one of its own
        Log.Faulted(_logger, message, cause);
        _desired.Fault(Error, () => _state.Publish(new ListenerState.Faulted(Error())));

        // A failed check of our own says no more than the message.
        PgListenerException Error() => new(error, message, cause is PgListenerException ? cause.InnerException : cause);
    }

    async Task CloseAsync(ListenSession session)
    {
        try
        {
            await session.DisposeAsync().ConfigureAwait(false);
            Log.Closed(_logger);
        }
        catch (Exception e)
        {
            Log.CloseFailed(_logger, e);
        }
    }
}
