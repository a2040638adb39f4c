using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>A listener or a notifier, for tests of what both do with a connection.</summary>
abstract class Client : IAsyncDisposable
{
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    /// <summary>Connects as a data source does, without owning it.</summary>
    public static Client Create(ClientKind kind, NpgsqlDataSource dataSource, ClientOptions? options = null) => kind switch
    {
        ClientKind.Listener => new Listening(new PgListener(dataSource, ForListener(options ?? new()))),
        _ => new Sending(new PgNotifier(dataSource, ForNotifier(options ?? new()))),
    };

    public static Client Create(ClientKind kind, string connectionString, ClientOptions? options = null) => kind switch
    {
        ClientKind.Listener => new Listening(new PgListener(connectionString, ForListener(options ?? new()))),
        _ => new Sending(new PgNotifier(connectionString, ForNotifier(options ?? new()))),
    };

    /// <summary>A notification comes or goes over its connection; throws why there is none.</summary>
    /// <param name="server">How to connect to the server without it.</param>
    public Task UseAsync(string server) => UseCoreAsync(server).WaitAsync(s_deadline);

    /// <summary>What <see cref="UseAsync"/> throws.</summary>
    public async Task<Exception> FailureAsync(string server)
    {
        try
        {
            await UseAsync(server);
        }
        catch (Exception e) when (e is not TimeoutException)
        {
            return e;
        }

        throw new InvalidOperationException("It works.");
    }

    public abstract ValueTask DisposeAsync();

    protected abstract Task UseCoreAsync(string server);

    static PgListenerOptions ForListener(ClientOptions options) => new()
    {
        ReconnectDelay = options.ReconnectDelay,
        MaxReconnectDelay = options.MaxReconnectDelay,
        Heartbeat = options.Heartbeat,
        LoggerFactory = options.LoggerFactory,
    };

    static PgNotifierOptions ForNotifier(ClientOptions options) => new()
    {
        ReconnectDelay = options.ReconnectDelay,
        MaxReconnectDelay = options.MaxReconnectDelay,
        CommitTimeout = 2 * options.Heartbeat,
        LoggerFactory = options.LoggerFactory,
        SendTimeout = s_deadline,
    };

    sealed class Listening(PgListener listener) : Client
    {
        readonly PgChannel _channel = listener.Channel(UniqueChannel.Name());
        readonly Recorder<Notification> _recorder = new();
        IDisposable? _subscription;

        public override async ValueTask DisposeAsync()
        {
            _subscription?.Dispose();
            await listener.DisposeAsync();
        }

        // Again and again: what is sent while no connection stands is lost.
        protected override async Task UseCoreAsync(string server)
        {
            _subscription ??= await _channel.SubscribeAsync(_recorder.OnNext, _ => { });
            var payload = $"{Guid.NewGuid()}";
            while (_recorder.Items.All(item => item.Payload != payload))
            {
                await SqlExtensions.ExecuteAsync($"{server};Enlist=false", $"SELECT pg_notify('{_channel.Name}', '{payload}')");
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    sealed class Sending(PgNotifier notifier) : Client
    {
        public override ValueTask DisposeAsync() => notifier.DisposeAsync();

        protected override Task UseCoreAsync(string server) => notifier.NotifyAsync("a");
    }
}
