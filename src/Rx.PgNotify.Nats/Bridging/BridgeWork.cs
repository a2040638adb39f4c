using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Nats.Connections;
using Rx.PgNotify.Nats.Diagnostics;
using Rx.PgNotify.Nats.Protocol;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>
/// What the bridge at work does in one epoch: announces itself, answers receivers, forwards channels, and gives a sign of life where
/// nothing is to be said.
/// </summary>
/// <remarks><see cref="Begin"/> and <see cref="End"/> are called once each, in this order; both return at once.</remarks>
#pragma warning disable CA1001 // a token source without timer and links needs no disposal, and late callers may still look at it
sealed class BridgeWork
#pragma warning restore CA1001
{
    // A turn takes as long as a message with notifications, about.
    const int BeatsInOneTurn = 128;

    readonly INatsConnection _nats;
    readonly PgNatsBridgeOptions _options;
    readonly ILogger _logger;
    readonly BridgeMetrics _metrics;
    readonly PermissionErrors _permissions;
    readonly BridgePublisher _publisher;
    readonly CancellationTokenSource _end = new();
    readonly ForwardedChannels _channels;

    internal BridgeWork(
        PgListener listener,
        INatsConnection nats,
        Subjects subjects,
        Epoch epoch,
        PgNatsBridgeOptions options,
        ILogger logger,
        BridgeMetrics metrics,
        PermissionErrors permissions,
        RefusedNames refused)
    {
        _nats = nats;
        _options = options;
        _logger = logger;
        _metrics = metrics;
        _permissions = permissions;
        _publisher = new BridgePublisher(nats, subjects, new BridgeTerm(epoch, options.Heartbeat), logger, metrics, _end.Token);
        _channels = new ForwardedChannels(listener, _publisher, options, permissions, refused, _end.Token);
    }

    TimeSpan BeatInterval => _options.Heartbeat / 2;

    internal void Begin()
    {
        _metrics.Began();
        NatsLog.AtWork(_logger, _publisher.Term.Epoch.Order);
        foreach (var channel in _options.Channels)
            _channels.Forward(channel);
        _ = SuppressedFlow.Run(() => UntilEndAsync(AnswerAsync));
        _ = SuppressedFlow.Run(() => UntilEndAsync(AnnounceAsync));
        _ = SuppressedFlow.Run(() => UntilEndAsync(BeatAsync));
    }

    /// <inheritdoc cref="BridgePublisher.Renew"/>
    internal void Renew(long sentAt) => _publisher.Renew(sentAt);

    internal void End()
    {
        _metrics.Ended();
        _ = _end.CancelSafelyAsync();
    }

    // Whatever NATS throws meanwhile is tried again, as long as the epoch lasts.
    async Task UntilEndAsync(Func<Task> work)
    {
        var failures = 0;
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await NatsFault.WhileAsync(work, $"NATS at {_nats.Address()} failed the bridge at work", _end.Token).ConfigureAwait(false);
                failures = 0;
            }
            catch (Exception e) when (!_end.IsCancellationRequested)
            {
                NatsLog.BridgeFailed(_logger, Log.LevelOfFailure(++failures), BeatInterval, e);
                await DelayAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception)
            {
                return; // because of the end
            }
        }
    }

    Task DelayAsync() => RealTime.DelayAsync(BeatInterval, _end.Token);

    async Task AnnounceAsync()
    {
        await _publisher.PublishAsync(_publisher.Subjects.Announcements, () => Announcement.Encode(_publisher.Term)).ConfigureAwait(false);
        await DelayAsync().ConfigureAwait(false);
    }

    async Task BeatAsync()
    {
        foreach (var forwarder in _channels.All.Where(forwarder => !forwarder.IsListed))
            forwarder.StopIfUnasked(_options.LingerOrDefault);
        var empty = new NotificationsWriter();
        foreach (var quiet in _channels.All.Where(forwarder => forwarder.IsQuiet(BeatInterval)).Chunk(BeatsInOneTurn))
            await _publisher.PublishAsync(quiet.Select(forwarder => forwarder.Beat(empty))).ConfigureAwait(false);
        await DelayAsync().ConfigureAwait(false);
    }

    async Task AnswerAsync()
    {
        var asks = await _nats
            .SubscribeCoreAsync(_publisher.Subjects.Asks, serializer: NatsRawSerializer<byte[]>.Default, cancellationToken: _end.Token).ConfigureAwait(false);
        await using (asks.ConfigureAwait(false))
        {
            await foreach (var ask in asks.Msgs.ReadAllAsync(_end.Token).ConfigureAwait(false))
            {
                if (Ask.TryDecode(ask.Data, out var channels) && ask.ReplyTo is { } replyTo)
                    _ = AnswerAsync(channels, replyTo).IgnoreOutcomeAsync(); // a receiver that gets no answer asks again
            }
        }
    }

    async Task AnswerAsync(string[] channels, string replyTo)
    {
        var forwarders = channels.Select(_channels.FindOrForward).ToList();
        var joined = Task.WhenAll(forwarders.Select(forwarder => forwarder.Forwarder?.Joined ?? Task.FromResult<string?>(null)));
        await joined.WaitAsync(2 * _options.Heartbeat, _end.Token).ConfigureAwait(false);
        await _publisher.PublishAsync(replyTo, () => new Answer(_publisher.Term, [.. forwarders.Select(AnswerOf)]).Encode()).ConfigureAwait(false);
    }

    ChannelAnswer AnswerOf((Forwarder? Forwarder, string? Refusal) found)
    {
        if (found.Forwarder is not { } forwarder)
            return new ChannelAnswer(0, 0, found.Refusal);
        return _permissions.Refuses(forwarder.Subject)
            ? new ChannelAnswer(0, 0, $"NATS does not permit the bridge the subject {forwarder.Subject}.")
            : forwarder.Answer;
    }
}
