using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Connections;

/// <summary>
/// Opens the connections of a listener or a notifier: from the data source that it was given, with everything that this was built with,
/// or from one of its own, made from a connection string. Bounds each attempt as a whole.
/// </summary>
sealed class ConnectionSource : IAsyncDisposable
{
    // Password providers, initializers and callbacks are the user's, and an attempt completes only when they do. Once MostHanging attempts
    // were given up and still hang, the next one is made when the latest of them was given up RestInLimits times the limit of an attempt
    // ago: the cause may have passed by then, and if it has not, the number of hanging attempts grows slowly.
    const int MostHanging = 4;
    const int RestInLimits = 5;

    // For several hosts Npgsql 10 makes a data source for each host, and leaves these in its metrics when the multi-host one is disposed.
    // So one is kept for each connection string, as Npgsql itself does for connections that are made from strings.
    static readonly ConcurrentDictionary<string, Lazy<NpgsqlDataSource>> s_ofSeveralHosts = new(StringComparer.Ordinal);

    readonly NpgsqlConnectionStringBuilder _settings;
    readonly NpgsqlMultiHostDataSource? _hosts;
    readonly Lazy<NpgsqlDataSource> _primary;
    readonly bool _isShared;

    // The number of attempts that were given up and are not completed, and when the latest was given up. Changed by the loop that
    // connects; the number also by each attempt that completes after all.
    int _hanging;
    long _hangsSince;

    // The latest request to cancel a command. Written by whoever aborts a connection, read by the disposal. Of two at once either may be
    // here: the other one is only not waited for.
    volatile Task _aborting = Task.CompletedTask;

    ConnectionSource(NpgsqlConnectionStringBuilder settings)
    {
        _settings = settings;
        IsOwn = true;
        // Made when it is needed, since Npgsql keeps each data source in its metrics until it is disposed.
        _isShared = settings.Host!.Contains(',', StringComparison.Ordinal);
        _primary = _isShared
            ? s_ofSeveralHosts.GetOrAdd(settings.ConnectionString, MakeLazily)
            : MakeLazily(settings.ConnectionString);

        static Lazy<NpgsqlDataSource> MakeLazily(string connectionString) => new(() => Build(connectionString).ForPrimary());
    }

    ConnectionSource(NpgsqlDataSource dataSource)
    {
        _settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        if (_settings.TryGetValue("Multiplexing", out var isMultiplexing) && isMultiplexing is true)
        {
            throw new ArgumentException(
                "The data source has Multiplexing=true, with which no connection can wait for notifications or be kept. Give one without it.",
                nameof(dataSource));
        }

        _hosts = dataSource as NpgsqlMultiHostDataSource;
        var primary = dataSource.ForPrimary();
        _primary = new Lazy<NpgsqlDataSource>(primary);
    }

    /// <summary>Whether the data source is our own, made from a connection string, with all settings as we need them.</summary>
    internal bool IsOwn { get; }

    /// <summary>Whether connections go back to a pool, whose next user must find them as they were.</summary>
    internal bool IsPooled => !IsOwn && _settings.Pooling;

    /// <summary>The silence after which Npgsql asks by itself, if the caller's data source has a <c>Keepalive</c>.</summary>
    internal TimeSpan? Keepalive => !IsOwn && _settings.KeepAlive > 0 ? TimeSpan.FromSeconds(_settings.KeepAlive) : null;

    /// <summary>What decides about the server's certificate, in words: a data source does not show what it was built with.</summary>
    internal string CertificateCheck => string.IsNullOrEmpty(_settings.RootCertificate)
        ? "what the data source was built with to check it: a root certificate, or a callback"
        : "the Root Certificate of the connection string";

    /// <summary>Whether the connection string names the file that is missing: a certificate, its key, or a file of passwords.</summary>
    internal bool NamesFile(IOException missing) =>
        new[] { _settings.RootCertificate, _settings.SslCertificate, _settings.SslKey, _settings.Passfile }
            .Any(path => !string.IsNullOrEmpty(path) && missing.Message.Contains(Path.GetFullPath(path), StringComparison.Ordinal));

    internal static Func<TimeSpan, ConnectionSource> Of(string connectionString)
    {
        ConnectionString.ThrowIfNull(connectionString);
        return heartbeat => new ConnectionSource(ConnectionSettings.Adapt(connectionString, heartbeat));
    }

    internal static Func<TimeSpan, ConnectionSource> Of(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return _ => new ConnectionSource(dataSource);
    }

    /// <summary>Opens a connection, which is the caller's from then on.</summary>
    /// <exception cref="TimeoutException">It did not end within the time that the connection string allows, whatever hung in it.</exception>
    internal async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var timeout = ConnectionSettings.TimeoutOf(_settings);
        var limit = timeout + ConnectionSettings.Grace;
        if (Volatile.Read(ref _hanging) >= MostHanging && Stopwatch.GetElapsedTime(_hangsSince) < RestInLimits * limit)
            throw new TimeoutException($"{MostHanging} earlier attempts to connect were given up and still hang, in Npgsql or in what the data source was built with.");

        // After a connection has broken Npgsql caches that its host is offline, and skips it for a while, for all users of the data source.
        _hosts?.ClearDatabaseStates();
        var connection = _primary.Value.CreateConnection();
#pragma warning disable CA2000 // disposed when the attempt has ended, however late
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
#pragma warning restore CA2000
        // On another thread: the user's callbacks may block the thread that they are called on.
        var opening = Task.Run(() => connection.OpenAsync(cancel.Token), CancellationToken.None);
        if (!await opening.CompletesWithinAsync(limit).ConfigureAwait(false))
        {
            Interlocked.Increment(ref _hanging);
            _hangsSince = Stopwatch.GetTimestamp();
            _ = AbandonAsync(connection, opening, cancel).IgnoreOutcomeAsync();
            throw new TimeoutException(
                $"No connection within {timeout.TotalSeconds:0} s (Timeout): something hangs that Npgsql waits for without a limit, such as a password provider.");
        }

        try
        {
            await opening.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            cancel.Dispose();
            await connection.DisposeAsync().ConfigureAwait(false);
            if (IsPoolFull(e))
                throw new NpgsqlException(FullPool(), e);
            throw;
        }

        cancel.Dispose();
        return connection;
    }

    /// <summary>Makes the pool close what is given back from now on, instead of handing it out again.</summary>
    internal void ClearPool() => _primary.Value.Clear();

    /// <summary>A command is being cancelled, which opens a connection that nobody else knows of.</summary>
    internal void Aborts(Task aborting) => _aborting = aborting;

    public async ValueTask DisposeAsync()
    {
        await _aborting.CompletesWithinAsync(CancelledOpening.AfterAbort).ConfigureAwait(false);
        if (IsOwn && !_isShared && _primary.IsValueCreated)
            await _primary.Value.DisposeAsync().ConfigureAwait(false);
    }

    // Otherwise Npgsql would load all types of the database with the first connection, which takes as long as the rest of connecting.
    static NpgsqlDataSource Build(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build();
    }

    async Task AbandonAsync(NpgsqlConnection connection, Task opening, CancellationTokenSource cancel)
    {
        await cancel.CancelSafelyAsync().ConfigureAwait(false);
        await opening.IgnoreOutcomeAsync().ConfigureAwait(false);
        cancel.Dispose();
        Interlocked.Decrement(ref _hanging);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    // Npgsql has no error code for it.
    static bool IsPoolFull(Exception exception) => exception switch
    {
        AggregateException e => e.InnerExceptions.Any(IsPoolFull),
        NpgsqlException { InnerException: AggregateException e } => IsPoolFull(e),
        NpgsqlException { InnerException: TimeoutException } e => e.Message.StartsWith("The connection pool has been exhausted", StringComparison.Ordinal),
        _ => false,
    };

    string FullPool() =>
        $"No place in the pool of the data source was free within {_settings.Timeout} s: its Max Pool Size is {_settings.MaxPoolSize}, and a "
        + "listener or a notifier takes one place for good. Raise Max Pool Size, or give a data source of its own, built with Pooling=false.";
}
