using Npgsql;
using Rx.PgNotify.Tables;

namespace Fanout;

/// <summary>The table, and the trigger that notifies of its changes. It knows nothing of NATS.</summary>
sealed class OrdersTable(NpgsqlDataSource database)
{
    internal const string Channel = "fanout_orders";

    static readonly TableTrigger s_trigger = new("fanout_orders", Channel);

    // The lock lets several processes start at the same moment.
    internal async Task CreateIfMissingAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            SELECT pg_advisory_xact_lock(hashtext('Fanout'));
            CREATE TABLE IF NOT EXISTS fanout_orders (
                id       int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                customer text NOT NULL
            );
            """);
        await command.ExecuteNonQueryAsync(cancellation);
        await s_trigger.InstallAsync(database, cancellation);
    }

    internal async Task WriteAsync(string customer, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("INSERT INTO fanout_orders (customer) VALUES ($1) RETURNING id");
        command.Parameters.AddWithValue(customer);
        Console.WriteLine($"#{await command.ExecuteScalarAsync(cancellation)} is written");
    }

    internal async Task<string> ReadAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "SELECT count(*), coalesce((SELECT customer FROM fanout_orders ORDER BY id DESC LIMIT 1), 'nobody') FROM fanout_orders");
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        await rows.ReadAsync(cancellation);
        return $"orders: {rows.GetInt64(0)}, the last one from {Printable(rows.GetString(1))}";
    }

    // A row could otherwise write lines of its own.
    static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
