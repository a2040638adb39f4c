using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Listening;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>
/// Lets one session at a time be at work, of all bridges of one database and prefix: an advisory lock of the session that listens, so
/// that whoever loses PostgreSQL loses the role.
/// </summary>
/// <remarks>
/// A process that stands still, or whose machine is gone, would keep the lock as long as the server keeps its session. So the server is
/// asked to end it: a session that has sent nothing for a heartbeat (<c>idle_session_timeout</c>), or to which nothing could be sent for
/// as long (<c>tcp_user_timeout</c>).
/// </remarks>
sealed class LeaderLock : SessionGuard
{
    readonly long _key;
    readonly TimeSpan _heartbeat;
    readonly HighestEpoch _highest;
    readonly Action _standsBy;
    readonly Action<Epoch, long> _entered;
    readonly Action<long> _answered;
    readonly Action _left;

    // Whose session has the lock. Set by the pump when it has got it, reset by whoever closes that session.
    PhysicalConnection? _holder;

    /// <param name="options">Of the bridge.</param>
    /// <param name="highest">The epochs that were heard, after all of which the next one comes.</param>
    /// <param name="standsBy">Another bridge has the lock.</param>
    /// <param name="entered">This one has it, and had it when the command arrived that was sent at this time.</param>
    /// <param name="answered">It still had it when a later command arrived, which was sent at this time.</param>
    /// <param name="left">It is about to be given up, or is lost.</param>
    internal LeaderLock(PgNatsBridgeOptions options, HighestEpoch highest, Action standsBy, Action<Epoch, long> entered, Action<long> answered, Action left)
    {
        _key = KeyOf(options.SubjectPrefix);
        _heartbeat = options.Heartbeat;
        _highest = highest;
        _standsBy = standsBy;
        _entered = entered;
        _answered = answered;
        _left = left;
    }

    // A message that comes just before a command is due moves it by as much again: so between two of them up to half of the time passes
    // that the server gives a session.
    internal override TimeSpan Interval => _heartbeat / 4;

    /// <summary>The lock's key, as <c>pg_locks</c> shows it in two halves (<c>classid</c> and <c>objid</c>).</summary>
    internal static long KeyOf(string prefix) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"Rx.PgNotify bridge {prefix}")));

    internal override async Task EnterAsync(PhysicalConnection connection, CancellationToken cancellationToken)
    {
        var batch = connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            foreach (var setting in new[] { "idle_session_timeout", "tcp_user_timeout" })
                batch.BatchCommands.Add(Set(setting, ((long)_heartbeat.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture)));
            await connection.AnsweredAsync(batch.ExecuteNonQueryAsync(connection.Aborting)).ConfigureAwait(false);
        }

        while (true)
        {
            var sentAt = Stopwatch.GetTimestamp();
            var order = await TryLockAsync(connection).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (order is { } now)
            {
                _entered(_highest.Next(now), sentAt);
                Volatile.Write(ref _holder, connection);
                return;
            }

            _standsBy();
            // Real time: the server counts it too.
#pragma warning disable RS0030
            await Task.Delay(_heartbeat / 4, cancellationToken).ConfigureAwait(false);
#pragma warning restore RS0030
        }
    }

    internal override void Answered(PhysicalConnection connection, long sentAt)
    {
        if (Volatile.Read(ref _holder) == connection)
            _answered(sentAt);
    }

    internal override void Leave(PhysicalConnection connection)
    {
        if (Interlocked.CompareExchange(ref _holder, null, connection) == connection)
            _left();
    }

    internal override void AddRestoring(NpgsqlBatch batch)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT pg_catalog.pg_advisory_unlock($1)")
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = _key } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("RESET idle_session_timeout"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("RESET tcp_user_timeout"));
    }

    static NpgsqlBatchCommand Set(string setting, string value) => new("SELECT pg_catalog.set_config($1, $2, false)")
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = setting }, new NpgsqlParameter<string> { TypedValue = value } },
    };

    // The server's time in microseconds if the lock was free, so that epochs are in the order in which it was taken.
    async Task<long?> TryLockAsync(PhysicalConnection connection)
    {
        var command = connection.CreateCommand(
            "SELECT CASE WHEN pg_catalog.pg_try_advisory_lock($1) THEN (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::bigint END");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _key });
            return await connection.AnsweredAsync(command.ExecuteScalarAsync(connection.Aborting)).ConfigureAwait(false) as long?;
        }
    }
}
