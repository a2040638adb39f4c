using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Listening;

namespace Rx.PgNotify;

/// <summary>
/// Listens to any number of PostgreSQL channels over one connection of its own, which it opens when the first
/// subscriber comes, keeps alive, replaces when it is lost, and closes when nobody listens any more.
/// </summary>
/// <remarks>
/// <para>Thread-safe. Create one for each database and process, and keep it as long as the application runs.</para>
/// <para>
/// Delivery is at most once: what is sent while no connection stands is lost, and a Resync in
/// <see cref="PgChannel.Signals"/> says so. See the PostgreSQL manual, "LISTEN" and "NOTIFY".
/// </para>
/// </remarks>
public sealed class PgListener : IAsyncDisposable, IDisposable
{
    readonly ConnectionSource _connections;
    readonly SharedListener _listener;
    ListenConnection? _connection;

    /// <summary>Creates a listener. It connects when the first subscriber comes.</summary>
    /// <param name="connectionString">
    /// An Npgsql connection string, or a <c>postgres://</c> URI as libpq reads it. Pooling, Enlist, Multiplexing, Keepalive, Command Timeout, Target Session Attributes and
    /// Host Recheck Seconds are set by the listener; a Timeout of 0 is taken for 15 seconds.
    /// </param>
    /// <param name="options">How it behaves; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="connectionString"/> or the scheduler of <paramref name="options"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The connection string can't be read or names no host. The message quotes no value of it.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public PgListener(string connectionString, PgListenerOptions? options = null)
        : this((options ?? new PgListenerOptions()).ValidatedCopy(), ConnectionSource.Of(connectionString))
    {
    }

    /// <summary>Creates a listener that connects like a data source of yours. It connects when the first subscriber comes.</summary>
    /// <param name="dataSource">
    /// Where the listener's connection comes from, with all that the data source was built with: certificates and callbacks, password
    /// providers, initializers, filters, logging. Of several hosts the primary is taken. With a pool the listener takes one place of it
    /// for good; a data source of its own, built with <c>Pooling=false</c>, leaves the pool alone. It is not disposed with the
    /// listener.
    /// </param>
    /// <param name="options">How it behaves; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="dataSource"/> or the scheduler of <paramref name="options"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The data source can't serve: it has <c>Multiplexing</c>, or is bound to hosts other than the primary.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public PgListener(NpgsqlDataSource dataSource, PgListenerOptions? options = null)
        : this((options ?? new PgListenerOptions()).ValidatedCopy(), ConnectionSource.Of(dataSource))
    {
    }

    /// <param name="options">Validated, and changed by nobody else.</param>
    /// <param name="connections">How it connects.</param>
    /// <param name="guard">What a session has to get hold of before it listens; <see langword="null"/> for nothing.</param>
    internal PgListener(PgListenerOptions options, Func<TimeSpan, ConnectionSource> connections, SessionGuard? guard = null)
    {
        _connections = connections(options.Heartbeat);
        _listener = new SharedListener(typeof(PgListener), options, pump =>
            _connection = new ListenConnection(_connections, new ListenSessionFactory(_connections, options, guard, pump), pump));
    }

    /// <summary>For whoever reads signals in batches.</summary>
    internal SharedListener Shared => _listener;

    /// <summary>What the listener is doing.</summary>
    /// <remarks>
    /// Replays the latest state to a new subscriber. Conflated: an observer that is busy sees only the newest state
    /// next. Ends with <see cref="ListenerState.Disposed"/> and <c>OnCompleted</c>, or with <see cref="ListenerState.Idle"/> if
    /// <see cref="ListenerOptions.StoppingToken"/> is cancelled first, never with <c>OnError</c>.
    /// Subscribing does not connect.
    /// </remarks>
    public IObservable<ListenerState> State => _listener.State;

    /// <summary>What the listener is doing at this moment: what <see cref="State"/> replays, without subscribing.</summary>
    /// <remarks>Thread-safe; blocks nobody. It may have changed by the time that it is looked at.</remarks>
    public ListenerState CurrentState => _listener.State.Latest;

    /// <summary>
    /// The process id of the server's backend that listens, as in <c>pg_stat_activity.pid</c> and in the server's log;
    /// <see langword="null"/> while no connection serves. Behind a pooler it is that of the backend, too.
    /// </summary>
    /// <remarks>Thread-safe; blocks nobody. Each connection has another one.</remarks>
    public int? ProcessId => _connection!.ProcessId;

    /// <summary>A channel. This neither connects nor listens: subscribing does.</summary>
    /// <param name="name">
    /// 1 to 63 bytes of UTF-8, without NUL, exactly as the sender writes it: upper and lower case differ, nothing is
    /// folded. (The statement <c>NOTIFY Orders</c> without quotes sends on the channel <c>orders</c>.)
    /// </param>
    /// <returns>The channel. Several of the same name share one <c>LISTEN</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> can't be a channel; the message names the limit.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public PgChannel Channel(string name) => _listener.Channel(name);

    /// <summary>
    /// Closes the connection. Each subscriber gets what is buffered for it and then <c>OnCompleted</c>; subscribing
    /// afterwards throws <see cref="ObjectDisposedException"/>.
    /// </summary>
    /// <remarks>
    /// Never waits for observers, and for the server 2 seconds at the most. May be called any number of times, also
    /// from an observer: each call awaits the same closing.
    /// </remarks>
    /// <returns>Completes when the connection is closed.</returns>
    public ValueTask DisposeAsync() => _listener.DisposeAsync(_connections);

    /// <summary>
    /// <see cref="DisposeAsync"/> for <c>using</c> and for containers that are disposed synchronously: blocks the thread until
    /// it has completed, a few milliseconds, and 2 seconds if the server hangs. Where you can wait, prefer <c>await using</c>.
    /// </summary>
    /// <remarks>May be called on any thread, also from an observer, and any number of times; needs no synchronization context.</remarks>
#pragma warning disable VSTHRD002 // nothing that this waits for needs the caller's context, and it is limited
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
}
