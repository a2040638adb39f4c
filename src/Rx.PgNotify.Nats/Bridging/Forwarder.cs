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
/// <remarks>One loop reads and publishes; the other members are for any thread. <c>_gate</c> is a leaf.</remarks>
sealed class Forwarder
{
    readonly string _channel;
    readonly BridgePublisher _publisher;
    readonly long _stream = Random.Shared.NextInt64();
    readonly TaskCompletionSource<string?> _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Lock _gate = new();

    // The number of the first notification that is not handed to the connection yet. Written by the loop and, when it is handed over, in
    // the publisher's order: whoever reads it while composing a message publishes that after all smaller numbers and before all others.
    long _published;

    // When the last message was published.
    long _publishedAt;

    // Guarded by the gate: a question keeps it for a linger or finds it stopped, so that none is answered with what is about to end.
    long _askedAt = Stopwatch.GetTimestamp();
    bool _isStopped;

    // Set once, before the loop looks at _isStopped; read after that was set. So no subscription outlives Stop.
    PullSubscription? _signals;

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

    /// <summary>Why the server has refused the channel; <see langword="null"/> if it has not.</summary>
    internal string? Refusal => Joined is { IsCompletedSuccessfully: true, Result: var refusal } ? refusal : null;

    internal ChannelAnswer Answer => new(_stream, Volatile.Read(ref _published), Refusal);

    /// <summary>A receiver asks for it.</summary>
    /// <returns>Whether it goes on; one that was stopped is to be replaced.</returns>
    internal bool TryAsk()
    {
        lock (_gate)
        {
            if (_isStopped)
                return false;
            _askedAt = Stopwatch.GetTimestamp();
            return true;
        }
    }

    /// <summary>Ends it if no receiver has asked for it for so long.</summary>
    internal void StopIfUnasked(TimeSpan linger)
    {
        lock (_gate)
        {
            if (Stopwatch.GetElapsedTime(_askedAt) <= linger)
                return;
            _isStopped = true;
        }

        Volatile.Read(ref _signals)?.Dispose();
    }

    /// <summary>Whether receivers may wait for a sign of life: nothing was published for this long.</summary>
    internal bool IsQuiet(TimeSpan quiet) => Joined.IsCompletedSuccessfully && Stopwatch.GetElapsedTime(Volatile.Read(ref _publishedAt)) >= quiet;

    /// <summary>The message that says which number comes next.</summary>
    internal (string Subject, Func<ReadOnlyMemory<byte>> Compose) Beat(NotificationsWriter empty) =>
        (Subject, () => empty.Take(_publisher.Term, _stream, Volatile.Read(ref _published)));

    /// <summary>Ends it. Whoever asks for the channel from now on gets another one, with numbers of its own.</summary>
    internal void Stop()
    {
        lock (_gate)
            _isStopped = true;
        Volatile.Read(ref _signals)?.Dispose();
    }

    /// <summary>Forwards until it is stopped, or the channel has ended.</summary>
    internal async Task RunAsync(PgListener listener)
    {
        using var signals = listener.Shared.Subscribe(_channel, static (hub, _, release) => new PullSubscription(hub, release, neverBlocks: true));
        Volatile.Write(ref _signals, signals);
        try
        {
            lock (_gate)
            {
                if (_isStopped)
                    return;
            }

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
