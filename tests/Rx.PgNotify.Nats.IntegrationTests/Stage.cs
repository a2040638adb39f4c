using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Nats.IntegrationTests;

/// <summary>
/// What one test has for itself: subjects, and the bridges, receivers and connections to NATS that use them. All of it ends with this
/// object, in the reverse of the order in which it was made.
/// </summary>
/// <param name="postgres">Where the bridges listen; <see langword="null"/> for the shared server.</param>
/// <param name="nats">The NATS server; <see langword="null"/> for the shared one.</param>
/// <param name="prefix">What the subjects begin with; <see langword="null"/> for a new one.</param>
/// <param name="heartbeat">Of the bridges; <see langword="null"/> for <see cref="Heartbeat"/>.</param>
sealed class Stage(
    PostgresServer? postgres = null, NatsServer? nats = null, string? prefix = null, TimeSpan? heartbeat = null) : IAsyncDisposable
{
    /// <summary>The shortest that is possible, for tests in which something is lost.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    /// <summary>
    /// For tests in which one thing happens that a part of a heartbeat passes over, and nothing else may: as long as no busy machine holds
    /// anybody up.
    /// </summary>
    public static readonly TimeSpan Steady = TimeSpan.FromSeconds(6);

    /// <summary>For tests in which nothing may be lost, however busy the machine is.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromMinutes(1);

    readonly TimeSpan _heartbeat = heartbeat ?? Heartbeat;

    readonly Stack<IAsyncDisposable> _disposables = [];
    int _bridges;

    public string Prefix { get; } = prefix ?? UniqueChannel.Name("nats");

    public PostgresServer Postgres { get; } = postgres ?? TestServer.Current;

    public NatsServer Nats { get; } = nats ?? SharedNats.Current;

    /// <summary>A connection to NATS that comes back soon. It is made when it is used first.</summary>
    /// <param name="url">Of a proxy; <see langword="null"/> for the server's own.</param>
    /// <param name="configure">Changes its options.</param>
    public NatsConnection Connect(string? url = null, Func<NatsOpts, NatsOpts>? configure = null)
    {
        var options = new NatsOpts
        {
            Url = url ?? Nats.Url,
            ReconnectWaitMin = TimeSpan.FromMilliseconds(50),
            ReconnectWaitMax = TimeSpan.FromMilliseconds(200),
            ReconnectJitter = TimeSpan.Zero,
        };
        return Own(new NatsConnection(configure?.Invoke(options) ?? options));
    }

    /// <summary>Starts a bridge with a connection to NATS and an application name of its own. It may not be at work yet.</summary>
    /// <param name="configure">Changes its options.</param>
    /// <param name="connection">Its connection to NATS; <see langword="null"/> for a new one.</param>
    /// <param name="connectionString">How it connects to PostgreSQL; <see langword="null"/> for the usual way.</param>
    public RunningBridge StartBridge(
        Action<PgNatsBridgeOptions>? configure = null, INatsConnection? connection = null, string? connectionString = null)
    {
        var options = new PgNatsBridgeOptions { SubjectPrefix = Prefix, Heartbeat = _heartbeat };
        configure?.Invoke(options);
        var application = $"{Prefix}_{++_bridges}";
        var builder = new NpgsqlConnectionStringBuilder(connectionString ?? Postgres.ConnectionString) { ApplicationName = application };
        return Own(new RunningBridge(new PgNatsBridge(builder.ConnectionString, connection ?? Connect(), options), application));
    }

    /// <summary>Starts a bridge and waits until it is at work.</summary>
    /// <inheritdoc cref="StartBridge"/>
    public async Task<RunningBridge> StartBridgeAtWorkAsync(Action<PgNatsBridgeOptions>? configure = null, INatsConnection? connection = null)
    {
        var bridge = StartBridge(configure, connection);
        await bridge.UntilAsync<BridgeState.AtWork>();
        return bridge;
    }

    /// <summary>A receiver that looks for a bridge again soon.</summary>
    /// <param name="configure">Changes its options.</param>
    /// <param name="connection">Its connection to NATS; <see langword="null"/> for a new one.</param>
    public NatsListener Listen(Action<NatsListenerOptions>? configure = null, INatsConnection? connection = null)
    {
        var options = new NatsListenerOptions
        {
            SubjectPrefix = Prefix,
            AnswerTimeout = _heartbeat,
            ReconnectDelay = TimeSpan.FromMilliseconds(10),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(200),
        };
        configure?.Invoke(options);
        return Own(new NatsListener(connection ?? Connect(), options));
    }

    /// <summary>Gets what receivers ask bridges, in the place of one. When it completes, the server knows of it.</summary>
    /// <param name="connection">How.</param>
    /// <param name="question">What the subject of the questions ends with.</param>
    public async Task<INatsSub<byte[]>> HearAsync(NatsConnection connection, string question)
    {
        var questions = await connection.SubscribeCoreAsync($"{Prefix}.{question}", serializer: NatsRawSerializer<byte[]>.Default);
        await connection.PingAsync();
        return questions;
    }

    /// <summary>Disposes something with this object.</summary>
    public T Own<T>(T disposable)
        where T : IAsyncDisposable
    {
        _disposables.Push(disposable);
        return disposable;
    }

    public async ValueTask DisposeAsync()
    {
        while (_disposables.TryPop(out var disposable))
            await disposable.DisposeAsync();
    }
}
