using System.Buffers;
using NATS.Client.Core;

namespace Rx.PgNotify.Nats.Receiving;

/// <summary>
/// A subscription to a subject whose messages are handled on the thread that reads the socket: what they carry has buffers of its own,
/// so that NATS.Net needs none in between, which would drop messages or hold up the socket.
/// </summary>
sealed class RawSubscription : NatsSubBase
{
    readonly MessageHandler _received;

    /// <param name="nats">The connection.</param>
    /// <param name="subject">The subject.</param>
    /// <param name="received">Takes each message. Never blocks for long and does not throw.</param>
    RawSubscription(INatsConnection nats, string subject, MessageHandler received)
        : base(nats, nats.SubscriptionManager, subject, queueGroup: null, opts: null) => _received = received;

    internal delegate void MessageHandler(ReadOnlySpan<byte> message);

    internal static async Task<RawSubscription> SubscribeAsync(
        INatsConnection nats, string subject, MessageHandler received, CancellationToken cancellationToken)
    {
        var subscription = new RawSubscription(nats, subject, received);
        await nats.AddSubAsync(subscription, cancellationToken).ConfigureAwait(false);
        return subscription;
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
