using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Rx.PgNotify.Nats.Connections;
using Rx.PgNotify.Nats.Diagnostics;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>Publishes what belongs to one epoch, and nothing after its end.</summary>
#pragma warning disable CA1001 // a semaphore without wait handle needs no disposal
sealed class BridgePublisher(INatsConnection nats, Subjects subjects, BridgeTerm term, ILogger logger, BridgeMetrics metrics, CancellationToken end)
#pragma warning restore CA1001
{
    // Longer messages save little, and keep others waiting.
    const int LongestMessage = 64 * 1024;

    // More than the header of a message ever has, with the headers that NATS.Net adds for whoever traces it.
    const int HeaderBytes = 1024;

    // Numbers and messages go to the connection in one order: an answer, a beat and a message with notifications each say what comes
    // next, and must not overtake each other. NATS.Net writes one after the other anyway.
    readonly SemaphoreSlim _turn = new(1, 1);

    // Written by the pump.
    long _renewedAt;

    internal BridgeTerm Term => term;

    /// <summary>How many bytes of notifications a message may have, beside its header: what the NATS server takes.</summary>
    internal int MostNotificationBytes { get; } = Math.Min(LongestMessage, nats.ServerInfo?.MaxPayload ?? LongestMessage) - HeaderBytes;

    internal Subjects Subjects => subjects;

    internal ILogger Logger => logger;

    internal BridgeMetrics Metrics => metrics;

    internal bool HasEnded => end.IsCancellationRequested;

    // For how long something may still be published.
    TimeSpan Left =>
        (PgNatsBridgeOptions.HeartbeatsWithoutAnswer * term.Heartbeat) - Stopwatch.GetElapsedTime(Volatile.Read(ref _renewedAt));

    /// <summary>
    /// The server had the session when a command arrived that was sent at this time. Two heartbeats after it nothing more is published:
    /// the server may have given the role to another bridge, and what still comes from it may be late.
    /// </summary>
    internal void Renew(long sentAt) => Volatile.Write(ref _renewedAt, sentAt);

    /// <summary>Publishes messages one after the other.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="compose">Makes the message when it is its turn.</param>
    /// <param name="published">Called when the message is handed to the connection, before it is another one's turn.</param>
    /// <exception cref="OperationCanceledException">The epoch is over.</exception>
    internal async ValueTask PublishAsync(string subject, Func<ReadOnlyMemory<byte>> compose, Action? published = null)
    {
        await _turn.WaitAsync(end).ConfigureAwait(false);
        try
        {
            await PublishInTurnAsync(subject, compose).ConfigureAwait(false);
            published?.Invoke();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Publishes several messages in one turn: whoever has many small ones would wait long for a turn for each.</summary>
    /// <param name="messages">Their subjects, and what makes each of them.</param>
    /// <exception cref="OperationCanceledException">The epoch is over.</exception>
    internal async ValueTask PublishAsync(IEnumerable<(string Subject, Func<ReadOnlyMemory<byte>> Compose)> messages)
    {
        await _turn.WaitAsync(end).ConfigureAwait(false);
        try
        {
            foreach (var (subject, compose) in messages)
                await PublishInTurnAsync(subject, compose).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    async ValueTask PublishInTurnAsync(string subject, Func<ReadOnlyMemory<byte>> compose)
    {
        // The session is given up at the same time, or was already and nobody here knows it yet.
        TimeSpan left;
        while ((left = Left) <= TimeSpan.Zero)
            await RealTime.DelayAsync(term.Heartbeat / 8, end).ConfigureAwait(false);
        end.ThrowIfCancellationRequested();
        if (nats.ConnectionState == NatsConnectionState.Open)
        {
            await PublishAsync(subject, compose(), end).ConfigureAwait(false);
            return;
        }

        // It would wait in NATS.Net until NATS is back, however late that is.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(end);
        limit.CancelAfter(left);
        await PublishAsync(subject, compose(), limit.Token).ConfigureAwait(false);
    }

    ValueTask PublishAsync(string subject, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        nats.PublishAsync(subject, message, serializer: NatsRawSerializer<ReadOnlyMemory<byte>>.Default, cancellationToken: cancellationToken);
}
