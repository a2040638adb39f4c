using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Rx.PgNotify.Connections;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>The advisory lock of one prefix in the server's database: what is sent on a session to take it, and about it.</summary>
sealed class AdvisoryLock(string prefix)
{
    // As pg_locks shows it in two halves, classid and objid.
    readonly long _key = BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"Rx.PgNotify bridge {prefix}")));

    /// <summary>Takes it if it is free.</summary>
    /// <returns>
    /// The server's time in microseconds, so that epochs are in the order in which it was taken; <see langword="null"/> if it was not free.
    /// </returns>
    internal async Task<long?> TryTakeAsync(PhysicalConnection connection)
    {
        var command = connection.CreateCommand(
            "SELECT CASE WHEN pg_catalog.pg_try_advisory_lock($1) THEN (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::bigint END");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(Key());
            return await connection.AnsweredAsync(command.ExecuteScalarAsync(connection.Aborting)).ConfigureAwait(false) as long?;
        }
    }

    /// <summary>Ends another session that has it, if the server permits that. The same role may have another one by now under that process id.</summary>
    internal async Task EndHolderAsync(PhysicalConnection connection, int backend)
    {
        var command = connection.CreateCommand(
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_locks WHERE pid = $2 AND locktype = 'advisory' AND objsubid = 1 "
            + "AND (classid::bigint << 32 | objid::bigint) = $1");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(Key());
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = backend });
            try
            {
                await connection.AnsweredAsync(command.ExecuteNonQueryAsync(connection.Aborting)).ConfigureAwait(false);
            }
            catch (PostgresException) when (connection.IsOpen)
            {
                // Not permitted: it has the lock until the server has got rid of what it sends to that session.
            }
        }
    }

    /// <summary>Adds the statement that gives it back.</summary>
    internal void AddReleasing(NpgsqlBatch batch) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT pg_catalog.pg_advisory_unlock($1)") { Parameters = { Key() } });

    NpgsqlParameter<long> Key() => new() { TypedValue = _key };
}
