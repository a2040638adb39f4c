using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NATS.Client.Core;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Nats.Connections;
using Rx.PgNotify.Nats.Diagnostics;
using Rx.PgNotify.Nats.Protocol;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>
/// The life of a bridge: it is a candidate while NATS is there, since one that can't publish must leave the role to one that can.
/// </summary>
sealed class BridgeLoop
{
    // For a notification of any length. The default of a NATS server is 1 MiB.
    const int LeastMaxPayload = 32 * 1024;

    static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(5);

    readonly Func<TimeSpan, ConnectionSource> _connections;
    readonly INatsConnection _nats;
    readonly PgNatsBridgeOptions _options;
    readonly StateFeed<BridgeState> _state;
    readonly Subjects _subjects;
    readonly ILogger _logger;
    readonly BridgeMetrics _metrics;
    readonly HighestEpoch _highest = new();
    readonly ConnectionAttempt _connecting;
    readonly StatusAnswers _answers;

    // Both belong to the loop, and are of failures in a row. A connection to NATS alone is no success: PostgreSQL may be what is missing.
    readonly Backoff _backoff = new(s_firstDelay, s_longestDelay);
    int _failures;

    internal BridgeLoop(
        Func<TimeSpan, ConnectionSource> connections, INatsConnection nats, PgNatsBridgeOptions options, StateFeed<BridgeState> state)
    {
        _connections = connections;
        _nats = nats;
        _options = options;
        _state = state;
        _subjects = new Subjects(options.SubjectPrefix);
        _connecting = new ConnectionAttempt(nats);
        _answers = new StatusAnswers(nats, _subjects, state);
        _logger = new SafeLogger(options.LoggerFactory?.CreateLogger<PgNatsBridge>() ?? NullLogger<PgNatsBridge>.Instance);
        _metrics = NatsMeter.Of(options.MeterFactory).Bridges(options.SubjectPrefix);
    }

    internal Task RunAsync(CancellationToken stop) => SuppressedFlow.Run(() => LoopAsync(stop));

    async Task LoopAsync(CancellationToken stop)
    {
        _state.Publish(BridgeState.Connecting.Instance); // from the first failure on it is that which is to be seen
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ConnectAsync(stop).ConfigureAwait(false);
                await StandAsync(stop).ConfigureAwait(false);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                await BackOffAsync(e, stop).ConfigureAwait(false);
            }
            catch (Exception)
            {
                break; // stopped
            }
        }

        _state.Publish(BridgeState.Stopped.Instance);
    }

    async Task BackOffAsync(Exception failure, CancellationToken stop)
    {
        var delay = _backoff.Next();
        _state.Publish(new BridgeState.Failing(failure));
        NatsLog.BridgeFailed(_logger, Log.LevelOfFailure(++_failures), delay, failure);
        await RealTime.DelayAsync(delay, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    async Task ConnectAsync(CancellationToken stop)
    {
        await _connecting.WithinAsync(_options.Heartbeat, stop).ConfigureAwait(false);
        if (_nats.ServerInfo?.MaxPayload is { } most && most < LeastMaxPayload)
        {
            throw new NatsListenerException(
                NatsListenerError.NatsUnavailable, $"NATS at {_nats.Address()} has a max_payload of {most} bytes; a bridge needs {LeastMaxPayload} or more.");
        }
    }

    // Until NATS is lost, which is thrown, or PostgreSQL, and then until it is time to try again, or until the bridge is stopped.
    async Task StandAsync(CancellationToken stop)
    {
        var permissions = new PermissionErrors(
            publishes: subject => Subjects.IsAny(subject, _subjects.Announcements) || _subjects.IsChannel(subject),
            subscribes: subject => Subjects.IsAny(subject, _subjects.Asks, _subjects.Status, _subjects.Announcements),
            refused: subject => NatsLog.BridgeDenied(_logger, subject));
        _nats.ServerError += permissions.OnServerErrorAsync;
        _nats.ConnectionDisconnected += permissions.OnDisconnectedAsync;
        RawSubscription? announcements = null;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var candidate = new BridgeCandidate(_connections, _nats, _subjects, _options, _highest, _state, _logger, _metrics, permissions);
        var begin = Stopwatch.GetTimestamp();
        try
        {
            announcements = await RawSubscription
                .SubscribeAsync(_nats, _subjects.Announcements, OnAnnouncement, _options.Heartbeat, stop).ConfigureAwait(false);
            candidate.Begin();
            var answering = _answers.RunAsync(end.Token);
            var watching = WatchAsync(candidate, permissions, end.Token);
            _ = Task.WhenAll(answering, watching).IgnoreOutcomeAsync(); // of the one that ends later
            var first = await Task.WhenAny(answering, watching, candidate.Failure).ConfigureAwait(false);
            if (candidate.HasStood || Stopwatch.GetElapsedTime(begin) > s_longestDelay)
            {
                _backoff.Reset();
                _failures = 0;
            }

            if (first != candidate.Failure)
                await first.ConfigureAwait(false);
            var failure = await candidate.Failure.ConfigureAwait(false);
            await candidate.EndAsync(failure).ConfigureAwait(false);
            // Here, where receivers are still answered why no bridge is at work. An attempt that fails at once lasts no longer than a question.
            await BackOffAsync(failure, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            // Before all that has to do with NATS, which may hang: another bridge waits for the role.
            await candidate.EndAsync(e).ConfigureAwait(false);
            throw;
        }
        finally
        {
            // For the same reason. It is over already, unless the bridge was stopped.
            await candidate.DisposeAsync().ConfigureAwait(false);
            _nats.ServerError -= permissions.OnServerErrorAsync;
            _nats.ConnectionDisconnected -= permissions.OnDisconnectedAsync;
            await end.CancelSafelyAsync().ConfigureAwait(false);
            if (announcements is not null)
                await announcements.EndAsync().ConfigureAwait(false);
        }
    }

    void OnAnnouncement(ReadOnlySpan<byte> message)
    {
        if (Announcement.TryDecode(message, out var term))
            _highest.Heard(term.Epoch);
    }

    // A server that answers late is no reason to give up the role, so it has a whole heartbeat. With four pings in each, and four tries for
    // the lock, the role has passed on within two.
    async Task WatchAsync(BridgeCandidate candidate, PermissionErrors permissions, CancellationToken end)
    {
        while (true)
        {
            await RealTime.DelayAsync(_options.Heartbeat / 4, end).ConfigureAwait(false);
            permissions.ThrowIfAny(_subjects); // a channel's is reported to its receivers
            await _nats.AnswersWithinAsync(_options.Heartbeat, end, silent: candidate.EndAsync).ConfigureAwait(false);
        }
    }
}
