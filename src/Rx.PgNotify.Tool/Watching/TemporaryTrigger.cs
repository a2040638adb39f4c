using System.Data;
using System.Globalization;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Tables;
using Rx.PgNotify.Tool.Connections;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>
/// The trigger of one watch, installed and removed in a session that holds an advisory lock: as long as one does, the trigger is
/// wanted, and afterwards <see cref="AbandonedTriggers"/> of whoever comes next remove it.
/// </summary>
/// <remarks>
/// <para>
/// The lock is shared: a session that takes the place of a broken one need not wait until the server has noticed the break. It is
/// taken before the trigger is installed, so that one that can be seen without a lock is one without a watch.
/// </para>
/// <para>
/// A function in the session's temporary schema would go with the session by itself, and its trigger too. But then the server
/// waits for the table's lock without a limit, and everybody who wants the table waits behind it.
/// </para>
/// <para>Not thread-safe: one call at a time.</para>
/// </remarks>
/// <param name="database">Where the table is; without a pool, so that the lock goes with the connection.</param>
/// <param name="id">What the lock and the channel are called.</param>
/// <param name="table">The table.</param>
/// <param name="options">What is reported.</param>
sealed class TemporaryTrigger(NpgsqlDataSource database, WatchId id, WatchedTable table, TableTriggerOptions options) : IAsyncDisposable
{
    // Whoever wants the table waits behind our own waiting.
    const string LongestWait = "2s";

    static readonly TimeSpan s_longestRemoval = TimeSpan.FromSeconds(15);
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    readonly TableTrigger _trigger = new(table.Name, id.Channel, table.Schema, options);
    NpgsqlConnection? _session;
    bool _mayBeThere;

    /// <summary>Installs it, or brings it up to date.</summary>
    /// <exception cref="WatchException">The role may not do it.</exception>
    /// <exception cref="PostgresException">The server refused; one of <see cref="Transience"/> if a lock was not to be had in time.</exception>
    internal async Task InstallAsync(CancellationToken cancellation)
    {
        var session = await SessionAsync(cancellation);
        var wasThere = _mayBeThere;
        _mayBeThere = true;
        try
        {
            await _trigger.InstallAsync(session, cancellation);
        }
        catch (PostgresException e)
        {
            _mayBeThere = wasThere;
            if (e.SqlState is PostgresErrorCodes.InsufficientPrivilege)
            {
                throw new WatchException(
                    $"no trigger can be installed on {table}: {PlainText.OneLine(e.MessageText)} (SQLSTATE {e.SqlState}). "
                    + $"It takes the table's owner, and the right to create functions in the schema {PlainText.Escape(table.Schema)}.",
                    e);
            }

            throw;
        }
    }

    /// <summary>
    /// Whether it is there, for the table as that is now. The question also keeps the session, and finds out when that is broken.
    /// </summary>
    internal async Task<bool> IsInstalledAsync(CancellationToken cancellation) =>
        await _trigger.IsInstalledAsync(await SessionAsync(cancellation), cancellation);

    /// <summary>Removes it, if it may be there.</summary>
    /// <param name="notice">Takes a remark if others are waited for.</param>
    /// <exception cref="WatchException">It could not be removed, within the time that it may take.</exception>
    internal async Task RemoveAsync(Action<string> notice)
    {
        using var limit = new CancellationTokenSource(s_longestRemoval);
        Exception? failure = null;
        while (_mayBeThere)
        {
            try
            {
                var session = await SessionAsync(limit.Token);
                await _trigger.RemoveAsync(session, limit.Token);
                await WatchFunction.DropAsync(session, id, limit.Token);
                _mayBeThere = false;
            }
            catch (Exception e) when (Failure.Describe(e) is not null && !Transience.Of(e))
            {
                throw Left(failure ?? e);
            }
            catch (Exception e) when (Transience.Of(e))
            {
                if (failure is null)
                    notice($"{(Transience.IsLockTimeout(e) ? $"other transactions use {table}" : "the server does not answer")}: waiting to remove the trigger; another Ctrl-C leaves it");
                failure = e;
                if (!await PauseAsync(limit.Token))
                    throw Left(failure);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is { } session)
            await session.DisposeAsync();
        _session = null;
    }

    WatchException Left(Exception cause) => new(
        $"the trigger on {table} could not be removed: {(cause is OperationCanceledException ? "it took too long" : Failure.Describe(cause)!.TrimEnd('.'))}. "
        + "The next 'pgnotify watch' in this database, of any table, removes it.",
        cause);

    static async Task<bool> PauseAsync(CancellationToken limit)
    {
        try
        {
            await Task.Delay(s_pause, limit);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    async Task<NpgsqlConnection> SessionAsync(CancellationToken cancellation)
    {
        if (_session is { State: ConnectionState.Open } open)
            return open;
        await DisposeAsync();
        var session = await database.OpenAsync(cancellation);
        try
        {
            var key = id.LockKey.ToString(CultureInfo.InvariantCulture);
            // The limit comes last: nobody waits behind this lock, and its timeout would read as that of the table's.
            await using var command = new NpgsqlCommand(
                $"SELECT {TimeLimits.Lift}; SELECT pg_catalog.pg_advisory_lock_shared({key}); SELECT pg_catalog.set_config('lock_timeout', '{LongestWait}', false)",
                session);
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }

        return _session = session;
    }
}
