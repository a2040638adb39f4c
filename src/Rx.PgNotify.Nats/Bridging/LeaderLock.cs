using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Listening;
using Rx.PgNotify.Nats.Connections;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>
/// Lets one session at a time be at work, of all bridges of one database and prefix: an advisory lock of the session that listens, so
/// that whoever loses PostgreSQL loses the role.
/// </summary>
/// <remarks>
/// A process that stands still, or whose machine is gone, would keep the lock as long as the server keeps its session. So the server is
/// asked to end it: a session that has sent nothing for a heartbeat (<c>idle_session_timeout</c>), or to which nothing could be sent for
/// as long (<c>tcp_user_timeout</c>). Neither ends a session whose line is slower than what the server has to send: such a one is given up
/// here, and the next session ends it.
/// </remarks>
sealed class LeaderLock : SessionGuard
{
    readonly AdvisoryLock _lock;
    readonly TimeSpan _heartbeat;
    readonly HighestEpoch _highest;
    readonly Action _standsBy;
    readonly Action<Epoch, long> _entered;
    readonly Action<long> _answered;
    readonly Action<Exception?> _left;

    // Whose session has the lock. Set by the pump when it has got it, reset by whoever closes that session.
    PhysicalConnection? _holder;

    // When the last command was sent to which the holder has an answer. For the pump alone.
    long _heldAt;

    // The backend of a holder that was given up, and may still have the lock; 0 if there is none. Set by whoever closes that session,
    // reset by the pump when the next one enters.
    int _formerBackend;

    /// <param name="options">Of the bridge.</param>
    /// <param name="highest">The epochs that were heard, after all of which the next one comes.</param>
    /// <param name="standsBy">Another bridge has the lock.</param>
    /// <param name="entered">This one has it, and had it when the command arrived that was sent at this time.</param>
    /// <param name="answered">It still had it when a later command arrived, which was sent at this time.</param>
    /// <param name="left">It is about to be given up, or is lost, because of this failure.</param>
    internal LeaderLock(
        PgNatsBridgeOptions options, HighestEpoch highest, Action standsBy, Action<Epoch, long> entered, Action<long> answered, Action<Exception?> left)
    {
        _lock = new AdvisoryLock(options.SubjectPrefix);
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

    internal override async Task EnterAsync(PhysicalConnection connection, CancellationToken cancellationToken)
    {
        await LimitAsync(connection).ConfigureAwait(false);
        if (Volatile.Read(ref _formerBackend) is not 0 and var former)
        {
            await _lock.EndHolderAsync(connection, former).ConfigureAwait(false);
            Interlocked.CompareExchange(ref _formerBackend, 0, former);
            // Whoever stands by is to try first: its line may be better.
            await RealTime.DelayAsync(2 * Interval, cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            var sentAt = Stopwatch.GetTimestamp();
            var order = await _lock.TryTakeAsync(connection).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (order is { } now)
            {
                _heldAt = sentAt;
                _entered(_highest.Next(now), sentAt);
                Volatile.Write(ref _holder, connection);
                return;
            }

            _standsBy();
            await RealTime.DelayAsync(Interval, cancellationToken).ConfigureAwait(false);
        }
    }

    internal override void Answered(PhysicalConnection connection, long sentAt)
    {
        if (Volatile.Read(ref _holder) != connection)
            return;
        _heldAt = sentAt;
        _answered(sentAt);
    }

    // From then on nothing is published, and a session that is of no use must not keep the lock.
    internal override TimeSpan LongestAnswer(PhysicalConnection connection) =>
        (PgNatsBridgeOptions.HeartbeatsWithoutAnswer * _heartbeat) - Stopwatch.GetElapsedTime(_heldAt);

    internal override void Leave(PhysicalConnection connection, Exception? failure)
    {
        if (Interlocked.CompareExchange(ref _holder, null, connection) != connection)
            return;
        if (connection.HasAbandoned)
            Volatile.Write(ref _formerBackend, connection.Backend.ProcessId);
        _left(failure);
    }

    internal override void AddRestoring(NpgsqlBatch batch)
    {
        _lock.AddReleasing(batch);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("RESET idle_session_timeout"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("RESET tcp_user_timeout"));
    }

    async Task LimitAsync(PhysicalConnection connection)
    {
        var batch = connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            foreach (var setting in new[] { "idle_session_timeout", "tcp_user_timeout" })
                batch.BatchCommands.Add(Set(setting, ((long)_heartbeat.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)));
            await connection.AnsweredAsync(batch.ExecuteNonQueryAsync(connection.Aborting)).ConfigureAwait(false);
        }
    }

    static NpgsqlBatchCommand Set(string setting, string value) => new("SELECT pg_catalog.set_config($1, $2, false)")
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = setting }, new NpgsqlParameter<string> { TypedValue = value } },
    };
}
