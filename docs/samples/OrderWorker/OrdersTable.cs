using Npgsql;
using Rx.PgNotify.Tables;

namespace OrderWorker;

/// <summary>The table, the trigger that notifies of new rows, and the work.</summary>
sealed class OrdersTable(NpgsqlDataSource database)
{
    internal const string Channel = "worker_orders";

    // Inserts only: a trigger for updates would fire for our own, also for one that finds no row, and never let us rest.
    static readonly TableTrigger s_trigger = new(
        "worker_orders", Channel, options: new() { Operations = TableOperations.Insert });

    // The lock lets two workers start at the same moment.
    internal async Task CreateIfMissingAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            SELECT pg_advisory_xact_lock(hashtext('OrderWorker'));
            CREATE TABLE IF NOT EXISTS worker_orders (
                id       int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                customer text NOT NULL,
                status   text NOT NULL DEFAULT 'open'
            );
            """);
        await command.ExecuteNonQueryAsync(cancellation);
        await s_trigger.InstallAsync(database, cancellation);
    }

    /// <summary>Ships what is open and nobody else is shipping: any number of workers share the work.</summary>
    internal async Task<IReadOnlyList<string>> ShipOpenAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE worker_orders SET status = 'shipped'
            WHERE id IN (SELECT id FROM worker_orders WHERE status = 'open' ORDER BY id FOR UPDATE SKIP LOCKED)
            RETURNING id, customer
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var shipped = new List<string>();
        while (await rows.ReadAsync(cancellation))
            shipped.Add($"#{rows.GetInt32(0)} to {Printable(rows.GetString(1))}");
        return shipped;
    }

    // A row could otherwise write lines of its own into the log.
    static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
