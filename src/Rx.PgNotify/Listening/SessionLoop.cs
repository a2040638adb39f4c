using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// The work on one session: send the server what is wanted, wait for what it sends, and again, until nothing is wanted
/// or the connection is lost (which ends it with the exception).
/// </summary>
sealed class SessionLoop : IDisposable
{
    // A wait on a line where messages flow is not cancelled: the cancel may hit the middle of a message and break the
    // connection (once in 13,000 cancels). Such a wait ends by itself soon enough.
    static readonly TimeSpan s_silence = TimeSpan.FromMilliseconds(10);

    // So many waits in a row that found their message buffered already are a burst: the rest of it is cheaper to
    // receive by one empty command, which costs a round trip, than by a wait for each message.
    const int WaitsBeforeDrain = 8;

    readonly ListenSession _session;
    readonly DesiredChannels _desired;
    readonly PumpSignal _signal;
    readonly ILogger _logger;
    readonly ListenerMetrics _metrics;
    readonly Heartbeat _heartbeat;
    readonly Action _interruptWait;
    readonly CancellationToken _stop;
    int _waitsInARow;
    bool _hasWarned;

    // Which wait is on. Written by the loop, read by whoever asks for its attention.
    long _waitNumber;

    internal SessionLoop(
        ListenSession session,
        DesiredChannels desired,
        PumpSignal signal,
        ILogger logger,
        ListenerMetrics metrics,
        CancellationToken stop)
    {
        _session = session;
        _desired = desired;
        _signal = signal;
        _logger = logger;
        _metrics = metrics;
        _stop = stop;
        _heartbeat = new Heartbeat(session.PingInterval, session.CancelWaitHere);
        _interruptWait = InterruptWait;
    }

    public void Dispose() => _heartbeat.Dispose();

    internal async Task RunAsync(Action ready)
    {
        await ReconcileAsync().ConfigureAwait(false);
        ready();
        if (_desired.TryGiveUpConnection())
            return;
        while (!_stop.IsCancellationRequested)
        {
            if (!_signal.TryTake())
                await WaitAsync().ConfigureAwait(false);
            else if (_desired.TryGiveUpConnection())
                return;
            else
                await ReconcileAsync().ConfigureAwait(false);
        }
    }

    async Task ReconcileAsync()
    {
        while (_desired.TakeChanges() is { Count: > 0 } changes)
            await ApplyAsync(changes).ConfigureAwait(false);
    }

    async Task ApplyAsync(ChannelChanges changes)
    {
        try
        {
            await _session.ApplyAsync(changes).ConfigureAwait(false);
            _heartbeat.SignOfLife();
        }
        catch (PostgresException e) when (_session.IsOpen && PermanentFailure.IsChannelRefused(e))
        {
            await ApplyRefusedAsync(changes, e).ConfigureAwait(false);
            return;
        }

        _desired.Unlistened(changes.Unlisten);
        _desired.Listening(changes.Listen);
        WarnOfManyChannels();
    }

    // Once for each connection and each time the number is crossed, not for every subscription beyond it.
    void WarnOfManyChannels()
    {
        var count = _desired.Count;
        if (count > DesiredChannels.RecommendedCount && !_hasWarned)
            Log.ManyChannels(_logger, count, DesiredChannels.RecommendedCount);
        _hasWarned = count > DesiredChannels.RecommendedCount;
    }

    // One bad name fails the whole round trip; halving finds it, and only its own observers get the error.
    async Task ApplyRefusedAsync(ChannelChanges changes, PostgresException cause)
    {
        if (changes.Count > 1)
        {
            var (first, second) = changes.Split();
            await ApplyAsync(first).ConfigureAwait(false);
            await ApplyAsync(second).ConfigureAwait(false);
            return;
        }

        var refused = changes.Listen.Single();
        Log.ChannelRefused(_logger, refused.Hub.Name, cause);
        _desired.Refused(refused, () => new PgListenerException(
            PgListenerError.ChannelRefused,
            $"The server refused to listen to the channel '{refused.Hub.Name}': {PermanentFailure.Answer(cause)}.",
            cause));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    async ValueTask WaitAsync()
    {
        var wait = _session.StartWait();
        if (wait.IsCompletedSuccessfully)
        {
            await _session.FinishWaitAsync(wait).ConfigureAwait(false);
            if (++_waitsInARow < WaitsBeforeDrain)
                return;
            await _session.DrainAsync().ConfigureAwait(false);
            _heartbeat.SignOfLife();
            _waitsInARow = 0;
            return;
        }

        _waitsInARow = 0;
        Interlocked.Increment(ref _waitNumber);
        _heartbeat.Watch();
        _signal.Arm(_interruptWait);
        var hasMessage = await _session.FinishWaitAsync(wait).ConfigureAwait(false);
        _signal.Disarm();
        if (!hasMessage && !_heartbeat.IsDue)
            return;
        if (!hasMessage)
            await PingAsync().ConfigureAwait(false);
        _heartbeat.SignOfLife();
    }

    async Task PingAsync()
    {
        var asked = Stopwatch.GetTimestamp();
        await _session.PingAsync().ConfigureAwait(false);
        _metrics.HeartbeatAnswered(Stopwatch.GetElapsedTime(asked));
    }

    // On the thread of whoever asks, perhaps late: it may then end the next wait, which just looks around once more.
    void InterruptWait()
    {
        var silence = _heartbeat.Silence;
        if (silence >= s_silence || _stop.IsCancellationRequested)
            _session.CancelWait();
        else
        {
            using (SuppressedFlow.Begin())
                _ = InterruptLaterAsync(s_silence - silence, Interlocked.Read(ref _waitNumber));
        }
    }

    async Task InterruptLaterAsync(TimeSpan delay, long waitNumber)
    {
        // Real time, whatever the scheduler of the options says: this is about the socket.
#pragma warning disable RS0030
        await Task.Delay(delay, CancellationToken.None).ConfigureAwait(false);
#pragma warning restore RS0030
        if (Interlocked.Read(ref _waitNumber) == waitNumber)
            _session.CancelWait(); // the same wait still: no message has come since
    }
}
