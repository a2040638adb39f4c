using System.Buffers;
using NATS.Client.Core;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>
/// A subscription to a subject whose messages are handled on the thread that reads the socket: what they carry has buffers of its own,
/// so that NATS.Net needs none in between, which would drop messages or hold up the socket.
/// </summary>
sealed class RawSubscription : NatsSubBase
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    readonly MessageHandler _received;

    RawSubscription(INatsConnection nats, string subject, MessageHandler received)
        : base(nats, nats.SubscriptionManager, subject, queueGroup: null, opts: null) => _received = received;

    internal delegate void MessageHandler(ReadOnlySpan<byte> message);

    /// <summary>Subscribes.</summary>
    /// <param name="nats">The connection.</param>
    /// <param name="subject">The subject.</param>
    /// <param name="received">Takes each message. Never blocks for long and does not throw.</param>
    /// <param name="timeout">How long to wait for a connection that is lost meanwhile.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NatsListenerException">There is no connection.</exception>
    internal static async Task<RawSubscription> SubscribeAsync(
        INatsConnection nats, string subject, MessageHandler received, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var subscription = new RawSubscription(nats, subject, received);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            await nats.AddSubAsync(subscription, limit.Token).ConfigureAwait(false);
            return subscription;
        }
        catch (Exception e)
        {
            await subscription.EndAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw limit.IsCancellationRequested
                ? new NatsListenerException(
                    NatsListenerError.NatsUnavailable, $"NATS at {nats.Address()} took no subscription to {subject} within {timeout}.", e)
                : NatsFault.Of($"NATS at {nats.Address()} can't be subscribed to {subject}", e);
        }
    }

    /// <summary>Ends the subscription. Does not throw, and does not wait for a connection that is lost.</summary>
    internal async Task EndAsync()
    {
        try
        {
            await DisposeAsync().AsTask().WaitAsync(s_patience, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The connection is lost or disposed, and the subscription with it.
        }
    }

    protected override ValueTask ReceiveInternalAsync(
        string subject, string? replyTo, ReadOnlySequence<byte>? headersBuffer, ReadOnlySequence<byte> payloadBuffer)
    {
        if (payloadBuffer.IsSingleSegment)
            _received(payloadBuffer.FirstSpan);
        else
            ReceiveSegments(payloadBuffer);
        return default;
    }

    protected override void TryComplete()
    {
    }

    void ReceiveSegments(ReadOnlySequence<byte> message)
    {
        var length = (int)message.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            message.CopyTo(rented);
            _received(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
