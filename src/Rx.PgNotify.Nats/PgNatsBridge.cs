using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Nats.Bridging;
using Rx.PgNotify.Nats.Connections;

namespace Rx.PgNotify.Nats;

/// <summary>
/// Listens to channels of one database and publishes what comes to NATS, for any number of <see cref="NatsListener"/>s. Of several
/// bridges with one prefix one is at work and the others stand by: an advisory lock of the session that listens decides.
/// </summary>
/// <remarks>Thread-safe. Run one in each of two processes; a third one is of no use.</remarks>
public sealed class PgNatsBridge
{
    readonly BridgeLoop _loop;
    readonly StateFeed<BridgeState> _state;

    // Set once, by the first RunAsync.
    int _hasRun;

    /// <summary>Creates a bridge. It connects when it is run.</summary>
    /// <param name="connectionString">
    /// An Npgsql connection string, or a <c>postgres://</c> URI as libpq reads it; what a <see cref="PgListener"/> sets in it is set here too.
    /// </param>
    /// <param name="nats">The connection to NATS. It is not disposed with the bridge.</param>
    /// <param name="options">How it behaves; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="connectionString"/> or <paramref name="nats"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// The connection string can't be read or names no host, or one of the channels can't be one; or a URL of
    /// <paramref name="nats"/> has an '@' behind its host, as when a password is not percent-encoded. The message never quotes the string.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public PgNatsBridge(string connectionString, INatsClient nats, PgNatsBridgeOptions? options = null)
        : this(ConnectionSource.Of(connectionString), nats, options)
    {
    }

    /// <summary>Creates a bridge that connects like a data source of yours. It connects when it is run.</summary>
    /// <param name="dataSource">Where its connection comes from, as with a <see cref="PgListener"/>. It is not disposed with the bridge.</param>
    /// <param name="nats">The connection to NATS. It is not disposed with the bridge.</param>
    /// <param name="options">How it behaves; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> or <paramref name="nats"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// The data source can't serve: it has <c>Multiplexing</c>, or is bound to hosts other than the primary; or one of the channels can't
    /// be one; or a URL of <paramref name="nats"/> has an '@' behind its host, as when a password is not percent-encoded.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public PgNatsBridge(NpgsqlDataSource dataSource, INatsClient nats, PgNatsBridgeOptions? options = null)
        : this(ConnectionSource.Of(dataSource), nats, options)
    {
    }

    PgNatsBridge(Func<TimeSpan, ConnectionSource> connections, INatsClient nats, PgNatsBridgeOptions? options)
    {
        ArgumentNullException.ThrowIfNull(nats);
        NatsAddress.ThrowIfAmbiguous(nats.Connection);
        var valid = (options ?? new PgNatsBridgeOptions()).ValidatedCopy();
        _ = connections(valid.Heartbeat); // throws what is wrong with it now; each candidate makes one of its own, which holds nothing yet
        // It is started once, so that its feed never ends: nobody waits for a last state.
        _state = new StateFeed<BridgeState>(
            new ObserverCalls(scheduler: null, failed: null, static (_, _) => { }), BridgeState.Stopped.Instance, last: null);
        _loop = new BridgeLoop(connections, nats.Connection, valid, _state);
    }

    /// <summary>What the bridge is doing.</summary>
    /// <remarks>
    /// Replays the latest state to a new subscriber. Conflated: an observer that is busy sees only the newest state next. It never ends.
    /// What an observer throws is unhandled.
    /// </remarks>
    public IObservable<BridgeState> State => _state;

    /// <summary>What the bridge is doing at this moment, without subscribing.</summary>
    /// <remarks>Thread-safe; blocks nobody.</remarks>
    public BridgeState CurrentState => _state.Latest;

    /// <summary>Stands by or works until it is cancelled, whatever fails meanwhile: that is retried, logged and reported as the state.</summary>
    /// <param name="cancellationToken">Ends it: the role is given up, and a bridge that stands by takes it over.</param>
    /// <returns>Completes when the connection to PostgreSQL is closed; never fails.</returns>
    /// <exception cref="InvalidOperationException">It was run before.</exception>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _hasRun, 1) != 0)
            throw new InvalidOperationException("A bridge is run once. Create another one.");
        return _loop.RunAsync(cancellationToken);
    }
}
