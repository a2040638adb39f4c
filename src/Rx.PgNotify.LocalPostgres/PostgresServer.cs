using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>
/// A PostgreSQL server that needs no set-up: given by a connection string, started from binaries on this machine, or
/// fetched. One that was started here listens on loopback only, keeps its data in a temporary folder, and ends with
/// this object or with this process, however the process ends.
/// </summary>
/// <remarks>
/// Several servers, of several versions too, may run side by side. Properties may be read from any thread; the calls
/// that control the server are made one at a time.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    readonly IPostgresInstance _instance;
    readonly NpgsqlConnectionStringBuilder _connection;
    readonly List<string> _databases = [];
    Condition _condition;

    PostgresServer(IPostgresInstance instance, NpgsqlConnectionStringBuilder connection, string version)
    {
        _instance = instance;
        _connection = connection;
        Version = version;
    }

    enum Condition
    {
        Running,
        Paused,
        Stopped,
        Disposed,
    }

    /// <summary>
    /// How to connect, in Npgsql's form. A server that was started here has the superuser <c>postgres</c> with a random
    /// password. Keep it out of logs.
    /// </summary>
    public string ConnectionString => _instance.ConnectionString;

    /// <summary>The server's host; <c>127.0.0.1</c> for one that was started here.</summary>
    public string Host => _connection.Host ?? "";

    /// <summary>The server's TCP port. It stays the same across stops and starts.</summary>
    public int Port => _connection.Port;

    /// <summary>The server's own statement of its version (<c>server_version</c>), such as <c>18.4</c>.</summary>
    public string Version { get; }

    // "18.4", "15.18 (Debian 15.18-0+deb12u1)", "19beta1"
    internal int Major => int.Parse(string.Concat(Version.TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);

    /// <summary>Where the server came from, as a phrase such as "the binaries in /usr/lib/postgresql/18/bin".</summary>
    public string Source => _instance.Source;

    /// <summary>
    /// Whether the server belongs to this process, which may then stop, pause and kill it;
    /// <see langword="false"/> for one that was given by a connection string.
    /// </summary>
    public bool IsOwned => _instance is IControllablePostgresInstance;

    /// <summary>Finds or starts a server and returns when it accepts connections.</summary>
    /// <param name="options">What kind of server; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the attempt; what it made is removed.</param>
    /// <returns>The running server. Dispose it to stop it and to remove its data.</returns>
    /// <exception cref="PostgresServerException">
    /// None could be had: the message lists what was tried and why each failed. Or one was found and would not start:
    /// the message has the end of its log.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static async Task<PostgresServer> StartAsync(
        PostgresServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        var wanted = (options ?? new PostgresServerOptions()).ValidatedWithEnvironment();
        var instance = await SourceSearch.StartAsync(wanted, cancellationToken).ConfigureAwait(false);
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(instance.ConnectionString);
            var version = await ReadVersionAsync(instance, cancellationToken).ConfigureAwait(false);
            return new PostgresServer(instance, connection, version);
        }
        catch
        {
            await instance.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes an empty database. On a server that is not owned, disposing this object drops it again.</summary>
    /// <param name="name">Its name; <see langword="null"/> for a unique one.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>How to connect to it.</returns>
    /// <exception cref="PostgresException">The server refused, for example because the name is taken.</exception>
    public async Task<string> CreateDatabaseAsync(string? name = null, CancellationToken cancellationToken = default)
    {
        name ??= $"pgnotify_{Guid.NewGuid():N}";
        await ExecuteAsync($"CREATE DATABASE {Quoted(name)}", cancellationToken).ConfigureAwait(false);
        _databases.Add(name);
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Stops the server and waits until it has ended; its data stays.</summary>
    /// <param name="mode">How; by default <see cref="ShutdownMode.Fast"/>.</param>
    /// <param name="cancellationToken">Ends the waiting, not the stopping.</param>
    /// <exception cref="InvalidOperationException">The server is not owned, or does not run.</exception>
    public async Task StopAsync(ShutdownMode mode = ShutdownMode.Fast, CancellationToken cancellationToken = default)
    {
        await Controlled("stopped", Condition.Running).StopAsync(mode, cancellationToken).ConfigureAwait(false);
        _condition = Condition.Stopped;
    }

    /// <summary>Starts the server again on the same port with the same data, after a stop or a kill.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">The server is not owned, or runs.</exception>
    /// <exception cref="PostgresServerException">It would not start; the message has the end of its log.</exception>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        await Controlled("started again", Condition.Stopped).StartAsync(cancellationToken).ConfigureAwait(false);
        _condition = Condition.Running;
    }

    /// <summary>Stops the server and starts it again on the same port with the same data.</summary>
    /// <param name="mode">How it is stopped; by default <see cref="ShutdownMode.Fast"/>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">The server is not owned, or does not run.</exception>
    /// <exception cref="PostgresServerException">It would not start; the message has the end of its log.</exception>
    public async Task RestartAsync(ShutdownMode mode = ShutdownMode.Fast, CancellationToken cancellationToken = default)
    {
        await StopAsync(mode, cancellationToken).ConfigureAwait(false);
        await StartAgainAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Freezes all processes of the server: connections stay open and nothing answers, as behind a half-open line.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">The server is not owned, or does not run.</exception>
    public async Task PauseAsync(CancellationToken cancellationToken = default)
    {
        await Controlled("paused", Condition.Running).PauseAsync(cancellationToken).ConfigureAwait(false);
        _condition = Condition.Paused;
    }

    /// <summary>Lets a paused server go on.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">The server is not owned, or not paused.</exception>
    public async Task ResumeAsync(CancellationToken cancellationToken = default)
    {
        await Controlled("resumed", Condition.Paused).ResumeAsync(cancellationToken).ConfigureAwait(false);
        _condition = Condition.Running;
    }

    /// <summary>Ends all processes of the server without warning (SIGKILL); its data stays as a crash leaves it.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">The server is not owned, or is stopped.</exception>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        await Controlled("killed", Condition.Running, Condition.Paused).KillAsync(cancellationToken).ConfigureAwait(false);
        _condition = Condition.Stopped;
    }

    /// <summary>
    /// Ends a server that is owned, whatever its state, and removes its data; leaves a given one running and drops the
    /// databases made here. Idempotent.
    /// </summary>
    /// <returns>Completes when no process and no file is left.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_condition == Condition.Disposed)
            return;
        _condition = Condition.Disposed;
        if (!IsOwned)
        {
            foreach (var name in _databases)
                await ExecuteAsync($"DROP DATABASE IF EXISTS {Quoted(name)} WITH (FORCE)", default).ConfigureAwait(false);
        }

        await _instance.DisposeAsync().ConfigureAwait(false);
    }

    IControllablePostgresInstance Controlled(string verb, params ReadOnlySpan<Condition> allowed)
    {
        ObjectDisposedException.ThrowIf(_condition == Condition.Disposed, this);
        if (_instance is not IControllablePostgresInstance controllable)
        {
            throw new InvalidOperationException(
                $"The server cannot be {verb}: it does not belong to this process but comes from {Source}. " +
                $"Ask for a server of your own with {nameof(PostgresServerOptions)}.{nameof(PostgresServerOptions.Owned)}.");
        }

        return allowed.Contains(_condition)
            ? controllable
            : throw new InvalidOperationException(
                $"The server cannot be {verb}: it is {(_condition == Condition.Running ? "running" : _condition == Condition.Paused ? "paused" : "stopped")}.");
    }

    static string Quoted(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    static async Task<string> ReadVersionAsync(IPostgresInstance instance, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(Unpooled(instance.ConnectionString));
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (NpgsqlException e)
            {
                throw new PostgresServerException($"The server from {instance.Source} does not answer: {e.Message}", e);
            }

            return connection.PostgresParameters["server_version"];
        }
    }

    async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(Unpooled(ConnectionString));
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            // Creating and dropping a database wait for every backend of the server, however slow its client reads.
            var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            await using (command.ConfigureAwait(false))
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    static string Unpooled(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
}
