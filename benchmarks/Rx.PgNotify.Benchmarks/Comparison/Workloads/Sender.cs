using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Rx.PgNotify.Benchmarks.Comparison.Workloads;

/// <summary>Sends what the receivers receive. Blocks its thread: what it measures must not wait for another one.</summary>
sealed class Sender : IDisposable
{
    readonly NpgsqlConnection _connection;
    readonly NpgsqlCommand _notify;

    public Sender(string connectionString)
    {
        _connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        _connection.Open();
        _notify = new NpgsqlCommand("SELECT pg_notify($1, $2)", _connection)
        {
            Parameters =
            {
                new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text },
            },
        };
        _notify.Prepare();
    }

    /// <summary>The present moment, in nanoseconds of the monotonic clock.</summary>
    public static long Now => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>One transaction, its notifications all different, the channels in turn.</summary>
    /// <returns>When COMMIT had returned.</returns>
    public long Burst(string prefix, int channels, int count, int bytes)
    {
        using var transaction = _connection.BeginTransaction();
        using var burst = new NpgsqlCommand(
            "SELECT count(pg_notify($1 || n % $2, rpad(n::text, $3, 'x'))) FROM generate_series(1, $4) n", _connection)
        {
            Parameters = { new() { Value = prefix }, new() { Value = channels }, new() { Value = bytes }, new() { Value = count } },
        };
        burst.ExecuteNonQuery();
        transaction.Commit();
        return Now;
    }

    /// <summary>One notification.</summary>
    /// <returns>The moment before it was sent.</returns>
    public long Single(string channel, string payload)
    {
        _notify.Parameters[0].Value = channel;
        _notify.Parameters[1].Value = payload;
        var before = Now;
        _notify.ExecuteNonQuery();
        return before;
    }

    /// <summary>One notification in a transaction of its own.</summary>
    /// <returns>The moment before COMMIT was sent.</returns>
    public long SingleInTransaction(string channel, string payload)
    {
        using var transaction = _connection.BeginTransaction();
        Single(channel, payload);
        var before = Now;
        transaction.Commit();
        return before;
    }

    /// <summary>A transaction for each of some notifications, all sent together.</summary>
    /// <returns>The moment before they were sent.</returns>
    public long Commits(string channel, int count)
    {
        using var batch = new NpgsqlBatch(_connection) { EnableErrorBarriers = true }; // each statement commits by itself
        for (var i = 0; i < count; i++)
            batch.AddNotify(channel, "x");
        var before = Now;
        batch.ExecuteNonQuery();
        return before;
    }

    /// <summary>Ends the backends of all receivers.</summary>
    /// <returns>The moment before.</returns>
    public long KillReceivers()
    {
        using var kill = new NpgsqlCommand(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            _connection);
        var before = Now;
        kill.ExecuteNonQuery();
        return before;
    }

    public void Dispose()
    {
        _notify.Dispose();
        _connection.Dispose();
    }
}
