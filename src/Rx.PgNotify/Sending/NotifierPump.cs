using System.Diagnostics;
using System.Reactive.Concurrency;
using Microsoft.Extensions.Logging;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Sending;

/// <summary>
/// The one loop of a notifier: takes all that waits, sends it in one round trip, and again. What comes meanwhile goes next.
/// </summary>
#pragma warning disable CA1001 // a token source without timer and links needs no disposal, and late callers may still look at it
sealed class NotifierPump
#pragma warning restore CA1001
{
    readonly PgNotifierOptions _options;
    readonly ILogger _logger;
    readonly NotifierMetrics _metrics;
    readonly IStopwatch _clock;
    readonly WaitingSends _waiting;
    readonly SendDeadline _deadline;
    readonly SendConnection _connection;
    readonly CommitConclusion _conclusion;
    readonly RoundTripSize _size;
    readonly CancellationTokenSource _closing = new();
    readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Task _loop;

    internal NotifierPump(PgNotifierOptions options, ConnectionSource connections, ILogger logger, NotifierMetrics metrics)
    {
        _options = options;
        _logger = logger;
        _metrics = metrics;
        _clock = options.Scheduler.StartClock();
        _waiting = new WaitingSends(options);
        _deadline = new SendDeadline(options, _clock);
        ProcessIds = new OwnProcessIds(_clock);
        _connection = new SendConnection(connections, ProcessIds, WaitAsync, options, _clock, logger);
        _conclusion = new CommitConclusion(_waiting, _deadline, _connection, options.ResendInDoubt, logger, metrics);
        _size = new RoundTripSize(options.Heartbeat);
        _loop = SuppressedFlow.Run(RunAsync);
    }

    internal OwnProcessIds ProcessIds { get; }

    internal PendingSend Create(string channel, string payload, CancellationToken cancellationToken) => new(
        channel, payload, _options.SendTimeout is { } timeout ? _clock.Elapsed + timeout : TimeSpan.MaxValue, _metrics, cancellationToken);

    /// <summary>Completes when there was a place for it.</summary>
    internal ValueTask EnqueueAsync(PendingSend send, CancellationToken cancellationToken) =>
        _waiting.EnqueueAsync(send, cancellationToken);

    /// <summary>Sends what waits, for no longer than <paramref name="limit"/>, and fails the rest.</summary>
    internal async Task StopAsync(TimeSpan limit)
    {
        await _closing.CancelSafelyAsync().ConfigureAwait(false);
        if (!await _loop.CompletesWithinAsync(limit).ConfigureAwait(false))
            _stopped.TrySetResult(); // each of its waits ends with that
        await _loop.ConfigureAwait(false);
    }

    async Task RunAsync()
    {
        try
        {
            while (await IsNeededAsync().ConfigureAwait(false))
                await SendAsync().ConfigureAwait(false);
        }
        finally
        {
            FailUnsent();
            _waiting.Close();
            FailUnsent(); // what came in between
            _deadline.Forget();
            await _connection.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Waits until there is something to send; <see langword="false"/> if there will never be.</summary>
    async Task<bool> IsNeededAsync()
    {
        while (!_stopped.Task.IsCompleted)
        {
            _waiting.DropCompleted();
            if (!_waiting.IsEmpty)
                return true;
            if (_closing.IsCancellationRequested)
                return false;
            await _waiting.UntilAnyAsync(_closing.Token).ConfigureAwait(false);
        }

        return false;
    }

    async Task SendAsync()
    {
        try
        {
            if (await _connection.GetAsync().ConfigureAwait(false) is { } session)
                await CommitAsync(session).ConfigureAwait(false);
        }
        catch (PgNotifierException e)
        {
            Fail(_waiting.TakeAll(), e.Error, e.Message, e.InnerException);
        }
        catch (Exception e)
        {
            // A scheduler of the user's that throws, or a bug of ours. Never silent, and in no hot loop: nothing waits now.
            Log.NotifierFailed(_logger, e);
            Fail(_waiting.TakeAll(), PgNotifierError.Unknown, "The notifier failed in an unforeseen way.", e);
            _deadline.Forget();
            await _connection.CloseAsync().ConfigureAwait(false);
        }
    }

    async Task CommitAsync(SendSession session)
    {
        var commits = _waiting.TakeNext(_size);
        if (commits.Count == 0)
            return;
        CommitOutcome? outcome = null;
        var start = Stopwatch.GetTimestamp(); // real time: this is about the server
        var commit = session.CommitAsync(commits);
        try
        {
            if (await WaitAsync(commit).ConfigureAwait(false))
                outcome = await commit.ConfigureAwait(false);
        }
        finally
        {
            // Whatever was thrown: these sends are in no list any more, so nobody else would ever complete them.
            if (outcome is null)
                CommitConclusion.FailInDoubt(commits, "the notifier stopped", commit.Exception?.InnerException);
        }

        if (outcome is not { } ended)
            return;
        var roundTrip = Stopwatch.GetElapsedTime(start);
        _size.Took(roundTrip);
        _metrics.Answered(roundTrip);
        await _conclusion.ConcludeAsync(commits, ended).ConfigureAwait(false);
    }

    /// <summary>
    /// Waits until <paramref name="work"/> completes, whatever its outcome, and meanwhile fails the sends that have waited too long;
    /// <see langword="false"/> if the pump has to stop before that.
    /// </summary>
    async Task<bool> WaitAsync(Task work)
    {
        while (!work.IsCompleted && !_stopped.Task.IsCompleted)
        {
            var due = _deadline.DueAsync(_waiting);
            await Task.WhenAny(work, due, _stopped.Task).ConfigureAwait(false);
            if (!due.IsCompleted)
                continue;
            _deadline.Forget();
            await due.ConfigureAwait(false); // throws if the scheduler of the options fails
            Fail(
                _waiting.TakeOverdue(_clock.Elapsed),
                PgNotifierError.TimedOut,
                $"It could not be sent within a SendTimeout of {_options.SendTimeout}{LastFailure()}.");
        }

        return work.IsCompleted;
    }

    void FailUnsent() => Fail(
        _waiting.TakeAll(),
        PgNotifierError.NotFlushed,
        $"It was not sent: the notifier was disposed, and did not get to it within a FlushTimeout of {_options.FlushTimeout}{LastFailure()}.");

    void Fail(List<PendingSend> sends, PgNotifierError error, string message, Exception? cause = null)
    {
        if (sends.Count == 0)
            return;
        Log.SendsFailed(_logger, sends.Count, error);
        foreach (var send in sends)
            send.Fail(error, message, cause ?? _connection.LastFailure);
    }

    string LastFailure() => _connection.LastFailure is { } failure ? $"; the last failure of the connection: {ExceptionSummary.Of(failure)}" : "";
}
