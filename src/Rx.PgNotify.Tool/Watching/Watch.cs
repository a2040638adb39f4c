using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Connections;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>The changes of one table, from the installation of a trigger until its removal.</summary>
sealed class Watch : IAsyncDisposable
{
    readonly CancellationTokenSource _ending = new();
    readonly Subject<WatchEvent> _kept = new();
    readonly NpgsqlDataSource _database;
    readonly PgListener _listener;
    readonly PgChannel _channel;
    readonly TemporaryTrigger _trigger;
    readonly Action<string> _notice;
    Task _keeping = Task.CompletedTask;

    Watch(NpgsqlDataSource database, PgListener listener, WatchedTable table, WatchOptions options, IScheduler thread, Action<string> notice)
    {
        var id = WatchId.New();
        Table = table;
        (_database, _listener, _notice) = (database, listener, notice);
        _channel = listener.Channel(id.Channel);
        _trigger = new TemporaryTrigger(database.ForPrimary(), id, table, options.ForTrigger(table.Key));

        var changes = _channel.Signals.SelectMany(signal => WatchSignals.Read(signal));
        // On another thread than the keeper's: whoever does not read the output must not hold up the trigger's session.
        var remarks = States(listener).Merge(_kept.ObserveOn(thread));
        Events = changes.Publish(shared => shared.Merge(remarks.TakeUntil(shared.IgnoreElements().Materialize())));
    }

    internal WatchedTable Table { get; }

    /// <summary>What there is to write, on the scheduler's thread; ends with <see cref="StopAsync"/>. To be subscribed to once.</summary>
    internal IObservable<WatchEvent> Events { get; }

    /// <summary>Finds the table and removes what earlier watches left behind; installs nothing yet.</summary>
    /// <param name="target">The connection.</param>
    /// <param name="schema">The table's schema.</param>
    /// <param name="name">The table.</param>
    /// <param name="options">What is to be seen.</param>
    /// <param name="thread">Where events are delivered.</param>
    /// <param name="notice">Takes remarks from before the events begin and after they have ended.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="UsageException">The connection's settings are refused.</exception>
    /// <exception cref="WatchException">The table can't be watched.</exception>
    /// <exception cref="NpgsqlException">The server can't be reached, or refuses.</exception>
    internal static async Task<Watch> PrepareAsync(
        NpgsqlConnectionStringBuilder target, string schema, string name, WatchOptions options, IScheduler thread, Action<string> notice, CancellationToken cancellation)
    {
        var database = Database.Of(new NpgsqlConnectionStringBuilder(target.ConnectionString) { Pooling = false });
        try
        {
            await using var connection = await database.ForPrimary().OpenAsync(cancellation);
            var table = await TableLookup.FindAsync(connection, schema, name, options.Key, cancellation);
            await AbandonedTriggers.RemoveAsync(connection, notice, cancellation);
            var listener = Usage.Check(() => new PgListener(target.ConnectionString, new PgListenerOptions { DeliveryScheduler = thread }));
            return new Watch(database, listener, table, options, thread, notice);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Installs the trigger as soon as the server listens, and keeps it. To be called once, after subscribing.</summary>
    internal void Start() => _keeping = KeepAsync();

    /// <summary>Ends the events, after what has arrived; the trigger stays.</summary>
    internal async Task StopAsync()
    {
        await _ending.CancelAsync();
        await _keeping;
        await _listener.DisposeAsync();
    }

    /// <summary>Removes the trigger.</summary>
    /// <exception cref="WatchException">It could not be removed.</exception>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        try
        {
            await _trigger.RemoveAsync(_notice);
        }
        finally
        {
            await _trigger.DisposeAsync();
            await _database.DisposeAsync();
            _kept.Dispose();
            _ending.Dispose();
        }
    }

    async Task KeepAsync()
    {
        try
        {
            // Also finds a pooler that would give the lock of the trigger's session to somebody else.
            (await _channel.SubscribeAsync(_ => { }, _ => { }, _ending.Token)).Dispose();
            await new TriggerKeeper(_trigger, Table).RunAsync(_kept.OnNext, _ending.Token);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            // Ends the events, whose subscriber reports it.
            _kept.OnError(e);
        }
    }

    static IObservable<WatchEvent> States(PgListener listener) => listener.State
        .Where(state => state is ListenerState.Connecting or ListenerState.Listening or ListenerState.Reconnecting)
        .Select(state => (WatchEvent)new WatchEvent.State(state));
}
