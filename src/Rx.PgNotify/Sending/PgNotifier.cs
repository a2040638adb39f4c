using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Sending;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify;

/// <summary>
/// Sends notifications, many in one commit: what is asked for while a commit is under way goes together into the next one,
/// over one connection of its own, which it opens with the first send and replaces when it is lost.
/// </summary>
/// <remarks>
/// <para>Thread-safe. Create one for each database and process, and keep it as long as the application runs.</para>
/// <para>
/// The notifications of a channel leave in the order of the calls; a call that another one awaited comes after it. To whoever
/// receives, each send looks like a transaction of its own. To send in a transaction of yours, use
/// <see cref="NpgsqlNotifyExtensions"/>; it takes no part in a <c>TransactionScope</c>.
/// </para>
/// <para>Follows <c>pg_notify</c> of the PostgreSQL manual, "NOTIFY".</para>
/// </remarks>
public sealed class PgNotifier : IAsyncDisposable, IDisposable
{
    readonly ConnectionSource _connections;
    readonly NotifierPump _pump;
    readonly NotifierMetrics _metrics;
    readonly TimeSpan _flushTimeout;
    readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Set once, by the first DisposeAsync.
    int _isDisposed;

    /// <summary>Creates a notifier. It connects when something is sent.</summary>
    /// <param name="connectionString">
    /// An Npgsql connection string, or a <c>postgres://</c> URI as libpq reads it. Pooling, Enlist, Multiplexing, Keepalive, Command Timeout, Target Session Attributes and
    /// Host Recheck Seconds are set by the notifier; a Timeout of 0 is taken for 15 seconds.
    /// </param>
    /// <param name="options">How it behaves; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="connectionString"/> or the scheduler of <paramref name="options"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The connection string can't be read or names no host. The message quotes no value of it.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public PgNotifier(string connectionString, PgNotifierOptions? options = null)
        : this((options ?? new PgNotifierOptions()).ValidatedCopy(), ConnectionSource.Of(connectionString))
    {
    }

    /// <summary>Creates a notifier that connects like a data source of yours. It connects when something is sent.</summary>
    /// <param name="dataSource">
    /// Where the notifier's connection comes from, with all that the data source was built with: certificates and callbacks, password
    /// providers, initializers, filters, logging. Of several hosts the primary is taken. With a pool the notifier takes one place of it
    /// for good; a data source of its own, built with <c>Pooling=false</c>, leaves the pool alone. It is not disposed with the
    /// notifier.
    /// </param>
    /// <param name="options">How it behaves; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="dataSource"/> or the scheduler of <paramref name="options"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The data source can't serve: it has <c>Multiplexing</c>, or is bound to hosts other than the primary.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public PgNotifier(NpgsqlDataSource dataSource, PgNotifierOptions? options = null)
        : this((options ?? new PgNotifierOptions()).ValidatedCopy(), ConnectionSource.Of(dataSource))
    {
    }

    PgNotifier(PgNotifierOptions options, Func<TimeSpan, ConnectionSource> connections)
    {
        var logger = new SafeLogger(options.LoggerFactory?.CreateLogger<PgNotifier>() ?? NullLogger<PgNotifier>.Instance);
        _flushTimeout = options.FlushTimeout;
        _connections = connections(options.Heartbeat);
        _metrics = new NotifierMetrics(LibraryMeter.Of(options.MeterFactory).Notifiers, options.Name);
        _pump = new NotifierPump(options, _connections, logger, _metrics);
    }

    /// <summary>Sends a notification.</summary>
    /// <param name="channel">1 to 63 bytes of UTF-8.</param>
    /// <param name="payload">At most 7,999 bytes of UTF-8; <see langword="null"/> sends an empty one.</param>
    /// <param name="cancellationToken">
    /// Cancels the task. If the commit has not been begun, nothing is sent; one under way runs to its end all the same, so a
    /// cancelled send may have been made.
    /// </param>
    /// <returns>Completes when it is committed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="channel"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// The channel or the payload breaks its limit; the message names both the size and the limit, never the payload.
    /// Thrown at once.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The notifier was disposed.</exception>
    /// <exception cref="PgNotifierException">
    /// It was not sent, or that is not known: <see cref="PgNotifierException.Error"/> says which. The task fails with it.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The task fails with it.</exception>
    public Task NotifyAsync(string channel, string? payload = null, CancellationToken cancellationToken = default)
    {
        var send = Create(channel, payload, cancellationToken);
        var enqueued = _pump.EnqueueAsync(send, cancellationToken);
        return enqueued.IsCompletedSuccessfully ? send.Task : CommittedAsync(enqueued, send);
    }

    /// <summary>
    /// Puts a notification into the queue: for one producer of many notifications, who wants to be held up when
    /// <see cref="PgNotifierOptions.Capacity"/> of them wait, and not at each commit.
    /// </summary>
    /// <param name="channel">1 to 63 bytes of UTF-8.</param>
    /// <param name="payload">At most 7,999 bytes of UTF-8; <see langword="null"/> sends an empty one.</param>
    /// <param name="cancellationToken">Cancels the waiting for a place, and then the sending, as in <see cref="NotifyAsync"/>.</param>
    /// <returns>
    /// Completes when it has a place in the queue, at once while that is not full. Await
    /// <see cref="EnqueuedNotification.Committed"/> too, some time: it completes when the notification is committed, and has
    /// the failure.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="channel"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// The channel or the payload breaks its limit; the message names both the size and the limit, never the payload.
    /// Thrown at once.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The notifier was disposed, now or while waiting for a place.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was a place. Nothing is sent.</exception>
    public ValueTask<EnqueuedNotification> EnqueueAsync(
        string channel, string? payload = null, CancellationToken cancellationToken = default)
    {
        var send = Create(channel, payload, cancellationToken);
        var enqueued = _pump.EnqueueAsync(send, cancellationToken);
        return enqueued.IsCompletedSuccessfully
            ? new ValueTask<EnqueuedNotification>(new EnqueuedNotification(send.Task))
            : EnqueuedAsync(enqueued, send);
    }

    /// <summary>
    /// Sends what has been queued, for no longer than <see cref="PgNotifierOptions.FlushTimeout"/>, and closes the
    /// connection. What could not be sent fails with <see cref="PgNotifierError.NotFlushed"/>, what was under way with
    /// <see cref="PgNotifierError.InDoubt"/>; sending afterwards throws <see cref="ObjectDisposedException"/>.
    /// </summary>
    /// <remarks>
    /// Takes at the most 2 seconds more than that, however the server behaves. May be called any number of times: each call
    /// awaits the same closing.
    /// </remarks>
    /// <returns>Completes when the connection is closed; never fails.</returns>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _ = CloseAsync().IgnoreOutcomeAsync();
        return new ValueTask(_closed.Task);
    }

    /// <summary>
    /// <see cref="DisposeAsync"/> for <c>using</c> and for containers that are disposed synchronously: blocks the thread until
    /// it has completed, up to <see cref="PgNotifierOptions.FlushTimeout"/> and 2 seconds. Where you can wait, prefer <c>await using</c>.
    /// </summary>
    /// <remarks>May be called on any thread, and any number of times; needs no synchronization context.</remarks>
#pragma warning disable VSTHRD002 // nothing that this waits for needs the caller's context, and it is limited
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    /// <summary>Whether a backend is, or was a moment ago, this notifier's.</summary>
    internal bool IsOwn(int processId) => _pump.ProcessIds.Contains(processId);

    PendingSend Create(string channel, string? payload, CancellationToken cancellationToken)
    {
        ChannelName.Validate(channel, nameof(channel));
        PayloadText.Validate(payload, nameof(payload));
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        return _pump.Create(channel, payload ?? "", cancellationToken);
    }

    static async Task CommittedAsync(ValueTask enqueued, PendingSend send) =>
        await (await EnqueuedAsync(enqueued, send).ConfigureAwait(false)).Committed.ConfigureAwait(false);

    static async ValueTask<EnqueuedNotification> EnqueuedAsync(ValueTask enqueued, PendingSend send)
    {
        try
        {
            await enqueued.ConfigureAwait(false);
            return new EnqueuedNotification(send.Task);
        }
        catch (ChannelClosedException e)
        {
            throw new ObjectDisposedException("The notifier was disposed.", e);
        }
    }

    async Task CloseAsync()
    {
        try
        {
            await _pump.StopAsync(_flushTimeout).ConfigureAwait(false);
            await _connections.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _metrics.Disposed();
            _closed.TrySetResult();
        }
    }
}
