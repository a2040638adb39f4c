using Npgsql;

namespace Rx.PgNotify.Connections;

/// <summary>What a connection string says, as a listener or a notifier needs it.</summary>
static class ConnectionSettings
{
    /// <summary>What our own limits add to Npgsql's, so that Npgsql's expire first: its errors say more.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    // Npgsql's own default, in seconds.
    const int NpgsqlTimeout = 15;

    /// <summary>Reads a connection string of the user's, or a URI, and sets what a connection of our own needs.</summary>
    /// <exception cref="ArgumentException">It can't be read or names no host; the message quotes no value of it.</exception>
    internal static NpgsqlConnectionStringBuilder Adapt(string connectionString, TimeSpan heartbeat)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = ConnectionString.Parse(connectionString);
        }
        catch (FormatException e)
        {
#pragma warning disable MA0054 // it says nothing more
            throw new ArgumentException($"The connection string can't be used: {e.Message}", nameof(connectionString));
#pragma warning restore MA0054
        }

        builder.TargetSessionAttributes = null; // the primary of several hosts, always: PrimaryDataSource; a lone host is not asked
        // Npgsql caches that a host is a standby or offline, by default for 10 s, and skips it for that time, though it may have been
        // promoted meanwhile. How often the hosts are asked is limited by our own backoff.
        builder.HostRecheckSeconds = 0;
        builder["Multiplexing"] = false; // can't wait
        if (string.IsNullOrEmpty(builder.ApplicationName))
            builder.ApplicationName = "Rx.PgNotify"; // to be found in pg_stat_activity
        builder.Pooling = false;
        builder.Enlist = false;
        if (builder.Timeout == 0)
            builder.Timeout = NpgsqlTimeout; // no limit: a host that swallows packets would be waited for for ever
        // The same value for both: otherwise each wait sets the socket's timeout twice, at two system calls for each notification.
        // And twice the heartbeat, so that our own limits, for which these are the safety net, expire first.
        builder.KeepAlive = builder.CommandTimeout = WholeSeconds(2 * heartbeat);
        return builder;
    }

    /// <summary>A limit as Npgsql has it: in whole seconds, rounded up, so that ours comes first.</summary>
    internal static int WholeSeconds(TimeSpan limit) => (int)Math.Ceiling(limit.TotalSeconds);

    /// <summary>How long one attempt to connect may take, over all hosts.</summary>
    internal static TimeSpan TimeoutOf(NpgsqlConnectionStringBuilder builder)
    {
        var hosts = 1 + (builder.Host?.Count(c => c == ',') ?? 0);
        return TimeSpan.FromSeconds(hosts * (builder.Timeout == 0 ? NpgsqlTimeout : builder.Timeout));
    }
}
