using Npgsql;

namespace Rx.PgNotify.Listening;

/// <summary>
/// Makes the connections of a listener or a notifier: never pooled, because a pooled connection can't be closed during a wait, and
/// because Npgsql clears the whole pool when one connection of it breaks.
/// </summary>
sealed class ConnectionSource
{
    // Npgsql's own default, in seconds.
    const int NpgsqlTimeout = 15;

    readonly NpgsqlDataSource? _dataSource;
    readonly string _connectionString;

    ConnectionSource(string connectionString, NpgsqlDataSource? dataSource, TimeSpan heartbeat)
    {
        _connectionString = Adapt(connectionString, heartbeat);
        _dataSource = dataSource;
    }

    internal static Func<TimeSpan, ConnectionSource> Of(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        return heartbeat => new ConnectionSource(connectionString, null, heartbeat);
    }

    internal static Func<TimeSpan, ConnectionSource> Of(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return heartbeat => new ConnectionSource(dataSource.ConnectionString, dataSource, heartbeat);
    }

    internal async ValueTask<NpgsqlConnection> CreateAsync(CancellationToken cancellationToken)
    {
        if (_dataSource is null)
            return new NpgsqlConnection(_connectionString);

        // The data source shows its connection string without the password; a clone takes the password, or asks the
        // password provider anew, at each connect.
        var template = _dataSource.CreateConnection();
        await using (template.ConfigureAwait(false))
            return await template.CloneWithAsync(_connectionString, cancellationToken).ConfigureAwait(false);
    }

    static string Adapt(string connectionString, TimeSpan heartbeat)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            // Not the cause itself: it may quote a value, or a piece of an unquoted password that looks like a keyword.
#pragma warning disable MA0054
            throw new ArgumentException(
                $"This is not a connection string that Npgsql understands: {Complaint(e)}.", nameof(connectionString));
#pragma warning restore MA0054
        }

        if (string.IsNullOrEmpty(builder.Host))
            throw new ArgumentException("The connection string names no Host.", nameof(connectionString));

        // Of several hosts always the primary: a standby can't listen. A lone host is not asked, so that a standby gets
        // the clear answer that it is one (and Npgsql accepts the setting for several only).
        builder.TargetSessionAttributes = builder.Host.Contains(',', StringComparison.Ordinal) ? "primary" : null;
        // Npgsql remembers a host as a standby or as offline, by default for 10 s, and passes it over so long: the
        // promoted one would wait. The listener's own backoff limits how often the hosts are asked.
        builder.HostRecheckSeconds = 0;
        builder["Multiplexing"] = false; // can't wait
        if (string.IsNullOrEmpty(builder.ApplicationName))
            builder.ApplicationName = "Rx.PgNotify"; // to be found in pg_stat_activity
        builder.Pooling = false;
        builder.Enlist = false;
        if (builder.Timeout == 0)
            builder.Timeout = NpgsqlTimeout; // no limit: a host that swallows packets would be waited for for ever
        // Equal, or each wait sets the socket's timeout twice: two system calls for each notification.
        // Twice the heartbeat: ours comes first, these are the safety net.
        builder.KeepAlive = builder.CommandTimeout = 2 * (int)heartbeat.TotalSeconds;
        return builder.ConnectionString;
    }

    // Npgsql names the keyword it could not set as the parameter of its exception.
    static string Complaint(Exception exception) =>
        exception is ArgumentException { ParamName: { Length: > 0 } keyword } && new NpgsqlConnectionStringBuilder().ContainsKey(keyword)
            ? $"the value of its keyword '{keyword}' can't be used"
            : "it has an unknown keyword, or is not a list of keyword=value; pairs (a postgres:// URI is not)";
}
