using System.Diagnostics;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Nats.Diagnostics;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>
/// Publishes one channel for one epoch: reads what the listener has received, numbers it, and gathers what comes fast into messages. What
/// the listener had to drop, because NATS is slower than PostgreSQL, is skipped in the numbers.
/// </summary>
/// <remarks>One loop reads and publishes; the other members are for any thread.</remarks>
sealed class Forwarder
{
    readonly string _channel;
    readonly BridgePublisher _publisher;
    readonly long _stream = Random.Shared.NextInt64();
    readonly TaskCompletionSource<string?> _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The number of the first notification that is not handed to the connection yet. Written by the loop and, when it is handed over, in
    // the publisher's order: whoever reads it while composing a message publishes that after all smaller numbers and before all others.
    long _published;

    // When the last message was published, and when a receiver asked last.
    long _publishedAt;
    long _askedAt = Stopwatch.GetTimestamp();

    // Set once each, and each looked at by who sets the other one, so that no subscription outlives Stop.
    PullSubscription? _signals;
    int _isStopped;

    /// <param name="channel">The channel.</param>
    /// <param name="isListed">Whether it is forwarded whoever asks for it.</param>
    /// <param name="publisher">Of the epoch.</param>
    internal Forwarder(string channel, bool isListed, BridgePublisher publisher)
    {
        _channel = channel;
        IsListed = isListed;
        _publisher = publisher;
        Subject = publisher.Subjects.Channel(channel);
    }

    internal bool IsListed { get; }

    /// <summary>Where it publishes.</summary>
    internal string Subject { get; }

    /// <summary>Completes when the server listens, with <see langword="null"/>, or has refused the channel, with its reason.</summary>
    internal Task<string?> Joined => _joined.Task;

    internal ChannelAnswer Answer => new(_stream, Volatile.Read(ref _published), Joined is { IsCompletedSuccessfully: true, Result: var refusal } ? refusal : null);

    /// <summary>How long no receiver has asked for it.</summary>
    internal TimeSpan Unasked => Stopwatch.GetElapsedTime(Volatile.Read(ref _askedAt));

    internal void Asked() => Volatile.Write(ref _askedAt, Stopwatch.GetTimestamp());

    /// <summary>Whether receivers may wait for a sign of life: nothing was published for this long.</summary>
    internal bool IsQuiet(TimeSpan quiet) => Joined.IsCompletedSuccessfully && Stopwatch.GetElapsedTime(Volatile.Read(ref _publishedAt)) >= quiet;

    /// <summary>The message that says which number comes next.</summary>
    internal (string Subject, Func<ReadOnlyMemory<byte>> Compose) Beat(NotificationsWriter empty) =>
        (Subject, () => empty.Take(_publisher.Term, _stream, Volatile.Read(ref _published)));

    /// <summary>Ends it. Whoever asks for the channel from now on gets another one, with numbers of its own.</summary>
    internal void Stop()
    {
        Interlocked.Exchange(ref _isStopped, 1);
        Volatile.Read(ref _signals)?.Dispose();
    }

    /// <summary>Forwards until it is stopped, or the channel has ended.</summary>
    internal async Task RunAsync(PgListener listener)
    {
        using var signals = listener.Shared.Subscribe(_channel, static (hub, _, release) => new PullSubscription(hub, release));
        Interlocked.Exchange(ref _signals, signals);
        try
        {
            if (Volatile.Read(ref _isStopped) != 0)
                return;
            var writer = new NotificationsWriter();
            while (await signals.ReadAsync().ConfigureAwait(false) is { Count: > 0 } batch)
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    if (!batch[i].IsNotification)
                        await ResyncAsync(writer, batch[i]).ConfigureAwait(false);
                    else
                        await AddAsync(writer, batch[i].Notification).ConfigureAwait(false);
                }

                await FlushAsync(writer).ConfigureAwait(false);
            }
        }
        catch (PgListenerException e) when (e.Error == PgListenerError.ChannelRefused)
        {
            _joined.TrySetResult(e.Message);
        }
        finally
        {
            _joined.TrySetCanceled();
        }
    }

    async ValueTask AddAsync(NotificationsWriter writer, Notification notification)
    {
        if (writer.Bytes + NotificationsWriter.MostBytesOfOne > _publisher.MostNotificationBytes && writer.Count > 0)
            await FlushAsync(writer).ConfigureAwait(false);
        writer.Add(notification);
    }

    async ValueTask ResyncAsync(NotificationsWriter writer, ChannelSignal resync)
    {
        await FlushAsync(writer).ConfigureAwait(false);
        if (resync.Dropped > 0)
        {
            Volatile.Write(ref _published, _published + resync.Dropped);
            NatsLog.Dropped(_publisher.Logger, resync.Dropped, _channel);
        }

        _joined.TrySetResult(null);
    }

    async ValueTask FlushAsync(NotificationsWriter writer)
    {
        var count = writer.Count;
        if (count == 0)
            return;
        try
        {
            await _publisher.PublishAsync(
                Subject, () => writer.Take(_publisher.Term, _stream, _published), () => Volatile.Write(ref _published, _published + count)).ConfigureAwait(false);
            Volatile.Write(ref _publishedAt, Stopwatch.GetTimestamp());
            _publisher.Metrics.Forwarded(count);
        }
        catch (Exception e) when (!_publisher.HasEnded)
        {
            // Sent or not: the numbers go on behind it, so that receivers know what they have missed.
            Volatile.Write(ref _published, _published + count);
            NatsLog.PublishingFailed(_publisher.Logger, ExceptionSummary.Of(e), count, _channel);
        }
    }
}
