using System.Diagnostics;
using NATS.Client.Core;
using Rx.PgNotify.Listening;
using Rx.PgNotify.Nats.Connections;
using Rx.PgNotify.Nats.Diagnostics;
using Rx.PgNotify.Nats.Protocol;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Nats.Receiving;

/// <summary>
/// What a listener hears of one epoch over one connection to NATS: it asks for channels, hands on what comes, and ends when the epoch or
/// the connection does, or when nothing is heard any more.
/// </summary>
/// <remarks>Used by the pump alone, one call at a time; only what messages call comes from the thread that reads the socket.</remarks>
sealed class ReceivingSession : IAsyncDisposable
{
    static readonly TimeSpan s_clockTick = TimeSpan.FromMilliseconds(1);

    readonly INatsConnection _nats;
    readonly Subjects _subjects;
    readonly BridgeQuestions _questions;
    readonly EpochFence _fence;
    readonly ListenerPumpContext _pump;
    readonly ReceiverMetrics _metrics;
    readonly ConnectionIdentity _connection;
    readonly CancellationToken _cancellation;
    readonly ReceivedChannels _channels;
    readonly TaskCompletionSource<NatsListenerException> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    RawSubscription? _announcements;
    BridgeTerm _term;

    // When the bridge was asked for all channels, or for the first one: what is joined later does not postpone that.
    long _askedAt;

    // Written by the thread that reads the socket.
    int _hasWarned;
    long _heardAt = Stopwatch.GetTimestamp();

    internal ReceivingSession(
        INatsConnection nats,
        Subjects subjects,
        BridgeQuestions questions,
        EpochFence fence,
        ListenerPumpContext pump,
        ReceiverMetrics metrics,
        CancellationToken cancellation)
    {
        _nats = nats;
        _subjects = subjects;
        _questions = questions;
        _fence = fence;
        _pump = pump;
        _metrics = metrics;
        _connection = ConnectionIdentity.Of(nats);
        _cancellation = cancellation;
        _channels = new ReceivedChannels(nats, subjects, questions, pump, this, cancellation);
    }

    /// <summary>How long a session that hears nothing waits.</summary>
    TimeSpan Patience => 2 * _term.Heartbeat;

    /// <summary>How long nothing was heard, of the bridge or on one of the channels.</summary>
    TimeSpan Silence => TimeSpan.FromTicks(Math.Max(
        Stopwatch.GetElapsedTime(Volatile.Read(ref _heardAt)).Ticks, _channels.LongestSilence.Ticks));

    /// <summary>Finds the bridge at work. If that fails it is to be disposed.</summary>
    /// <exception cref="NatsListenerException">There is none, or NATS is not there.</exception>
    internal async Task OpenAsync()
    {
        var answer = await _questions.AskAsync([], _cancellation).ConfigureAwait(false);
        if (!_fence.AdmitsAnswer(answer.Term))
            throw Replaced("A bridge that has lost its role has answered.");
        _term = answer.Term; // before the first subscription, whose messages are compared with it
        _askedAt = Stopwatch.GetTimestamp();
        Heard();
        _announcements = await RawSubscription
            .SubscribeAsync(_nats, _subjects.Announcements, ReceiveAnnouncement, _questions.Timeout, _cancellation).ConfigureAwait(false);
        _metrics.Began(answer.Term.Epoch);
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_channels.EndAsync(), _announcements?.EndAsync() ?? Task.CompletedTask).ConfigureAwait(false);

    /// <summary>Receives what is wanted until nothing is, or until the listener is disposed.</summary>
    /// <param name="ready">Is called when all that is wanted now is heard.</param>
    /// <exception cref="NatsListenerException">The epoch or the connection has ended, or nothing is heard.</exception>
    internal async Task ServeAsync(Action ready)
    {
        await _channels.ReconcileAsync(CheckAsync).ConfigureAwait(false);
        ready();
        if (_pump.Desired.TryGiveUpConnection())
            return;
        while (!_pump.Stop.IsCancellationRequested)
        {
            await CheckAsync().ConfigureAwait(false);
            if (!_pump.Signal.TryTake())
                await WaitAsync().ConfigureAwait(false);
            else if (_pump.Desired.TryGiveUpConnection())
                return;
            else
                await _channels.ReconcileAsync(CheckAsync).ConfigureAwait(false);
        }
    }

    /// <summary>Asks the bridge for channels.</summary>
    /// <returns>For each of them, in this order.</returns>
    /// <exception cref="NatsListenerException">It does not answer, or is another one.</exception>
    internal async Task<IReadOnlyList<ChannelAnswer>> AskAsync(ListenedChannel[] channels)
    {
        var asking = _questions.AskAsync([.. channels.Select(channel => channel.Hub.Name)], _cancellation);
        // A bridge that stands still does not answer, and the one that has replaced it is heard sooner than that is given up.
        if (await Task.WhenAny(asking, _broken.Task).ConfigureAwait(false) != asking)
        {
            _ = asking.IgnoreOutcomeAsync();
            throw await _broken.Task.ConfigureAwait(false);
        }

        var answer = await asking.ConfigureAwait(false);
        _questions.Permissions.ThrowIfAny(_subjects); // of what was subscribed before the question
        return Hears(answer.Term) ? answer.Channels : throw await ReasonAsync().ConfigureAwait(false);
    }

    /// <summary>Whether a message of this bridge counts.</summary>
    internal bool Hears(BridgeTerm term)
    {
        if (!_fence.Admits(term))
        {
            _metrics.FencedOff();
            return false;
        }

        if (term.Epoch == _term.Epoch)
        {
            Heard();
            return true;
        }

        Break(Replaced("Another bridge is at work, or the same one with a new connection to PostgreSQL."));
        return false;
    }

    internal void Received(int notifications) => _pump.Metrics.Received(notifications);

    internal void ReceivedAfter(long sentAt) => _metrics.ReceivedAfter(sentAt);

    internal void ReceivedForeign(string channel)
    {
        // Once: whoever sends such messages must not fill the log.
        if (Interlocked.Exchange(ref _hasWarned, 1) == 0)
            NatsLog.ForeignMessage(_pump.Logger, channel);
    }

    /// <summary>The bridge has left a channel and begun it anew: what came between is lost.</summary>
    internal void BegunAnew(string channel) => Break(Replaced($"The bridge has begun to forward the channel '{channel}' anew."));

    internal void Lost(string channel, long notifications)
    {
        _metrics.Lost(notifications);
        NatsLog.Lost(_pump.Logger, notifications, channel);
    }

    static NatsListenerException Replaced(string message) => new(NatsListenerError.BridgeReplaced, message);

    void ReceiveAnnouncement(ReadOnlySpan<byte> message)
    {
        if (Announcement.TryDecode(message, out var term))
            Hears(term);
    }

    void Heard() => Volatile.Write(ref _heardAt, Stopwatch.GetTimestamp());

    void Break(NatsListenerException reason) => _broken.TrySetResult(reason);

    async Task<NatsListenerException> ReasonAsync() => _broken.Task.IsCompleted
        ? await _broken.Task.ConfigureAwait(false)
        : Replaced("A bridge that has lost its role has answered.");

    async Task WaitAsync()
    {
        var requested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pump.Signal.Arm(() => requested.TrySetResult());
        using var tick = new CancellationTokenSource();
        var (interval, left) = (_term.Heartbeat / 2, Patience - Silence + s_clockTick);
        if (left < interval)
            interval = left > s_clockTick ? left : s_clockTick;
        await Task.WhenAny(requested.Task, _broken.Task, RealTime.DelayAsync(interval, tick.Token)).ConfigureAwait(false);
        await tick.CancelAsync().ConfigureAwait(false);
        _pump.Signal.Disarm();
    }

    async Task CheckAsync()
    {
        _questions.Permissions.ThrowIfAny(_subjects);
        await _channels.RefuseDeniedAsync().ConfigureAwait(false);
        if (!_connection.IsStill(_nats))
            throw new NatsListenerException(NatsListenerError.NatsUnavailable, $"The connection to NATS at {_nats.Address()} was lost.");
        if (_broken.Task.IsCompleted)
            throw await _broken.Task.ConfigureAwait(false);
        if (Silence > Patience)
        {
            await _nats.AnswersWithinAsync(_questions.Timeout, _cancellation).ConfigureAwait(false);
            throw new NatsListenerException(
                NatsListenerError.NoBridge, $"No bridge with the prefix '{_subjects.Prefix}' was heard for {Patience}; NATS at {_nats.Address()} answers.");
        }

        if (Stopwatch.GetElapsedTime(_askedAt) > PgNatsBridgeOptions.HeartbeatsBetweenAsks * _term.Heartbeat)
        {
            _askedAt = Stopwatch.GetTimestamp();
            await _channels.AskAgainAsync().ConfigureAwait(false);
        }
    }
}
