using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// Serves one session: sends the server what is wanted, waits for what it sends, and again, until nothing is wanted, or until the
/// connection is lost, which is thrown.
/// </summary>
sealed class ListenLoop : IDisposable
{
    // How long nothing must have come before a wait is cancelled. While messages flow, the cancel may hit the middle of one and break
    // the connection (once in 13,000 cancels); and then the wait completes soon enough by itself.
    static readonly TimeSpan s_silence = TimeSpan.FromMilliseconds(10);

    // After so many waits in a row that found their message buffered already, the rest of the burst is cheaper to receive by one
    // empty command, which costs a round trip, than by a wait for each message.
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

    // When the server last answered a command.
    long _lastAnswer = Stopwatch.GetTimestamp();

    // The number of the present wait. Written by the loop, read by those who interrupt it.
    long _waitNumber;

    internal ListenLoop(ListenSession session, ListenerPumpContext pump)
    {
        _session = session;
        _desired = pump.Desired;
        _signal = pump.Signal;
        _logger = pump.Logger;
        _metrics = pump.Metrics;
        _stop = pump.Stop;
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
        var sentAt = Stopwatch.GetTimestamp();
        try
        {
            await _session.ApplyAsync(changes).ConfigureAwait(false);
            Answered(sentAt);
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

    // Once for each connection, and each time the count exceeds the limit anew; not for every further channel.
    void WarnOfManyChannels()
    {
        var count = _desired.Count;
        if (count > DesiredChannels.RecommendedCount && !_hasWarned)
            Log.ManyChannels(_logger, count, DesiredChannels.RecommendedCount);
        _hasWarned = count > DesiredChannels.RecommendedCount;
    }

    // One refused name fails the whole round trip. Bisecting finds it, and only its own observers get the error.
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
            if (++_waitsInARow < WaitsBeforeDrain && !IsCommandDue)
                return;
            var sentAt = Stopwatch.GetTimestamp();
            await _session.DrainAsync().ConfigureAwait(false);
            Answered(sentAt);
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
        if (!hasMessage || IsCommandDue)
            await PingAsync().ConfigureAwait(false);
        else
            _heartbeat.SignOfLife();
    }

    // Also while messages come, which are signs of life, but no commands.
    bool IsCommandDue => _session.CommandInterval is { } interval && Stopwatch.GetElapsedTime(_lastAnswer) >= interval;

    void Answered(long sentAt)
    {
        _heartbeat.SignOfLife();
        if (_session.CommandInterval is null)
            return;
        _lastAnswer = Stopwatch.GetTimestamp();
        _session.ReportAnswer(sentAt);
    }

    async Task PingAsync()
    {
        var asked = Stopwatch.GetTimestamp();
        await _session.PingAsync().ConfigureAwait(false);
        Answered(asked);
        _metrics.HeartbeatAnswered(Stopwatch.GetElapsedTime(asked));
    }

    // On the thread that made the request. If that is late it may cancel the next wait instead: the loop then looks at the desired state
    // once more, which does no harm.
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
            _session.CancelWait(); // still the same wait, so no message has come since
    }
}
