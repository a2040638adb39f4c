using NATS.Client.Core;
using Rx.PgNotify.Listening;
using Rx.PgNotify.Nats.Connections;
using Rx.PgNotify.Nats.Receiving;

namespace Rx.PgNotify.Nats;

/// <summary>
/// Receives, over NATS, what a bridge (<see cref="PgNatsBridge"/>) listens to: the channels of a <see cref="PgListener"/>, with the same
/// signals and the same promise, without a backend of its own.
/// </summary>
/// <remarks>
/// <para>
/// A Resync comes first, once the whole way from PostgreSQL to here is known to be open, and again wherever something may be missing: the
/// bridge was replaced or has lost PostgreSQL, NATS has lost the connection or dropped messages
/// (<see cref="ResyncReasons.Overflow"/> with their exact number), or this process was too slow.
/// </para>
/// <para>Thread-safe. Create one for each database and process, and keep it as long as the application runs.</para>
/// </remarks>
public sealed class NatsListener : IAsyncDisposable, IDisposable
{
    readonly SharedListener _listener;

    /// <summary>Creates a listener. It asks for a bridge when the first subscriber comes.</summary>
    /// <param name="nats">
    /// The connection to NATS, with its servers, TLS and credentials. It is connected when it is needed, shared with whatever else uses
    /// it, and not disposed with the listener.
    /// </param>
    /// <param name="options">How it behaves; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="nats"/> or the scheduler of <paramref name="options"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// A URL of <paramref name="nats"/> has an '@' behind its host, as when a password is not percent-encoded; the message quotes nothing of it.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public NatsListener(INatsClient nats, NatsListenerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(nats);
        NatsAddress.ThrowIfAmbiguous(nats.Connection);
        var valid = (options ?? new NatsListenerOptions()).ValidatedCopy();
        _listener = new SharedListener(typeof(NatsListener), valid, pump => new NatsListenConnection(nats.Connection, valid, pump));
    }

    /// <summary>What the listener is doing: connected means that a bridge is heard.</summary>
    /// <remarks>
    /// As <see cref="PgListener.State"/>. The cause of <see cref="ListenerState.Reconnecting"/> is a <see cref="NatsListenerException"/>,
    /// which says what part of the way is missing.
    /// </remarks>
    public IObservable<ListenerState> State => _listener.State;

    /// <summary>What the listener is doing at this moment: what <see cref="State"/> replays, without subscribing.</summary>
    /// <remarks>Thread-safe; blocks nobody. It may have changed by the time that it is looked at.</remarks>
    public ListenerState CurrentState => _listener.State.Latest;

    /// <summary>A channel. This asks nobody for anything: subscribing does.</summary>
    /// <param name="name">
    /// 1 to 63 bytes of UTF-8, without NUL, exactly as the sender writes it: upper and lower case differ, nothing is folded.
    /// </param>
    /// <returns>The channel. Several of the same name share what is received.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> can't be a channel; the message names the limit.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public PgChannel Channel(string name) => _listener.Channel(name);

    /// <summary>
    /// Stops receiving. Each subscriber gets what is buffered for it and then <c>OnCompleted</c>; subscribing afterwards throws
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    /// <remarks>Never waits for observers, and for NATS 2 seconds at the most. May be called any number of times, also from an observer.</remarks>
    /// <returns>Completes when nothing is received any more.</returns>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    /// <summary>
    /// <see cref="DisposeAsync"/> for <c>using</c> and for containers that are disposed synchronously: blocks the thread until it has
    /// completed. Where you can wait, prefer <c>await using</c>.
    /// </summary>
    /// <remarks>May be called on any thread, also from an observer, and any number of times; needs no synchronization context.</remarks>
#pragma warning disable VSTHRD002 // nothing that this waits for needs the caller's context, and it is limited
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
}
