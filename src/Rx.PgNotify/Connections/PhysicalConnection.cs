using System.Data;
using Npgsql;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Connections;

/// <summary>
/// One connection of a listener or a notifier, from its opening to its closing: limits how long a command may stay unanswered,
/// and is closed behind whatever still runs on it.
/// </summary>
/// <remarks>
/// Used by one loop, one call at a time, except that it may be closed while a call is under way, and that
/// <see cref="Abort"/> may come from any thread. Once broken it stays so: the loop opens another one.
/// </remarks>
#pragma warning disable CA1001 // a token source without timer and links needs no disposal, and a late cancel may still use it
sealed class PhysicalConnection
#pragma warning restore CA1001
{
    readonly AnswerDeadline _answers;
    readonly CancellationTokenSource _abort = new();

    // The latest call of several commands, and the latest command. A command that was given up outlives its call, and a call may
    // not have sent its command yet: closing waits for both.
    Task _call = Task.CompletedTask;
    Task _command = Task.CompletedTask;

    // A wait that could not be cancelled. It may never end.
    Task? _abandonedWait;

    PhysicalConnection(ConnectionSource source, NpgsqlConnection inner, TimeSpan heartbeat)
    {
        Source = source;
        Inner = inner;
        Heartbeat = heartbeat;
        _answers = new AnswerDeadline(heartbeat);
        Backend = new Backend(this);
    }

    internal ConnectionSource Source { get; }

    internal NpgsqlConnection Inner { get; }

    /// <summary>Half the silence after which a command that is not answered is given up.</summary>
    internal TimeSpan Heartbeat { get; }

    /// <summary>Whether it can be used. Npgsql shows only here that it has broken a connection.</summary>
    internal bool IsOpen => !HasAbandoned && Inner.FullState == ConnectionState.Open;

    /// <summary>
    /// Whether something was given up that may still run on it: it is closed behind that, and until then the server keeps the session.
    /// </summary>
    internal bool HasAbandoned => _answers.IsMissed || _abandonedWait is not null;

    /// <summary>The process id that the start-up of the connection reported.</summary>
    internal int ProcessId => Inner.ProcessID;

    /// <summary>What serves it.</summary>
    internal Backend Backend { get; }

    /// <summary>Cancelled by <see cref="Abort"/>; for each command.</summary>
    internal CancellationToken Aborting => _abort.Token;

    // Whatever the connection string says, our own limit comes first: it knows what has arrived meanwhile.
    int CommandTimeout => ConnectionSettings.WholeSeconds(2 * Heartbeat);

    bool IsBusy => !_call.IsCompleted || !_command.IsCompleted || _abandonedWait is not null;

    /// <summary>Opens a connection.</summary>
    /// <param name="source">Makes it.</param>
    /// <param name="heartbeat">Half the silence after which a command that is not answered is given up.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    internal static async Task<PhysicalConnection> OpenAsync(ConnectionSource source, TimeSpan heartbeat, CancellationToken cancellationToken) =>
        new(source, await source.OpenAsync(cancellationToken).ConfigureAwait(false), heartbeat);

    internal NpgsqlCommand CreateCommand(string text) => new(text, Inner) { CommandTimeout = CommandTimeout };

    internal NpgsqlBatch CreateBatch() => new(Inner) { Timeout = CommandTimeout };

    /// <summary>Has closing wait for the whole of a call that sends several commands, or its command later on.</summary>
    /// <returns>The same task.</returns>
    internal TCall Track<TCall>(TCall call)
        where TCall : Task
    {
        _call = call;
        return call;
    }

    /// <summary>Awaits the answer to a command, or to several as one. Once that has failed with a timeout the connection is to be closed.</summary>
    /// <inheritdoc cref="AnswerDeadline.AnsweredAsync"/>
    internal Task AnsweredAsync(Task command, TimeSpan? limit = null, TimeSpan? firstPoll = null, TimeSpan? inAll = null)
    {
        _command = command;
        return _answers.AnsweredAsync(command, limit, firstPoll, inAll);
    }

    /// <inheritdoc cref="AnsweredAsync(Task, TimeSpan?, TimeSpan?, TimeSpan?)"/>
    internal async Task<T> AnsweredAsync<T>(Task<T> command)
    {
        await AnsweredAsync((Task)command).ConfigureAwait(false);
        return await command.ConfigureAwait(false);
    }

    /// <summary>A notification has arrived: what is not answered yet is not overdue.</summary>
    internal void Received() => _answers.Received();

    /// <summary>A wait could not be cancelled, and may never complete: the connection is to be closed.</summary>
    internal void Abandon(Task wait) => _abandonedWait = wait;

    /// <summary>Breaks a command that is under way: the last resort against a server that hangs.</summary>
    internal void Abort()
    {
        if (!_abort.IsCancellationRequested)
            Source.Aborts(_abort.CancelSafelyAsync());
    }

    /// <summary>Closes the connection behind what still runs on it, or gives it back to its pool.</summary>
    /// <param name="limit">How long to wait for that.</param>
    /// <param name="restore">Takes back, for the pool's next user, what was changed in the session; <see langword="null"/> if nothing was.</param>
    /// <returns>
    /// <see langword="false"/> if something still runs: this is not waited for, and the connection is closed when it has ended.
    /// </returns>
    /// <exception cref="TimeoutException">Nothing runs, but it was not closed within <paramref name="limit"/>. It goes on.</exception>
    internal async Task<bool> CloseAsync(TimeSpan limit, Func<Task>? restore = null)
    {
        var isBusy = IsBusy; // before closing begins: that has commands of its own
        var closing = Task.Run(() => CloseBehindAsync(restore), CancellationToken.None);
        _ = closing.IgnoreOutcomeAsync();
        if (!isBusy)
            await closing.WaitAsync(limit, CancellationToken.None).ConfigureAwait(false);
        return !isBusy;
    }

    async Task CloseBehindAsync(Func<Task>? restore)
    {
        await UntilIdleAsync().ConfigureAwait(false);
        if (restore is not null && Source.IsPooled)
        {
            // What an abandoned command did, such as lifting a time limit, is not known: nobody else may get this connection.
            if (HasAbandoned)
                Source.ClearPool();
            else if (IsOpen)
                await RestoreAsync(restore).ConfigureAwait(false);
        }

        await Inner.DisposeAsync().ConfigureAwait(false);
    }

    async Task RestoreAsync(Func<Task> restore)
    {
        try
        {
            await restore().ConfigureAwait(false);
        }
        catch (Exception)
        {
            Abort();
            Source.ClearPool();
            await UntilIdleAsync().ConfigureAwait(false);
        }
    }

    // To close the connection while a command is still under way makes two readers of one socket: one gets what the other waits
    // for, and the backend would stay for ever. A wait that can't be cancelled may never complete; disposing the connection breaks
    // it, but only without a pool.
    async Task UntilIdleAsync()
    {
        await _call.IgnoreOutcomeAsync().ConfigureAwait(false);
        await _command.IgnoreOutcomeAsync().ConfigureAwait(false);
        if (_abandonedWait is { } wait && Source.IsPooled)
            await wait.IgnoreOutcomeAsync().ConfigureAwait(false);
    }
}
