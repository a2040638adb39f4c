using Npgsql;

namespace LiveOrders;

/// <summary>The table, the trigger that notifies of its changes, and the query behind the list.</summary>
sealed class OrdersTable(NpgsqlDataSource database)
{
    internal const string Channel = "orders";
    internal const int RowsShown = 15;

    // The lock lets two samples start at the same moment; the statements are one transaction.
    internal async Task CreateIfMissingAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            SELECT pg_advisory_xact_lock(hashtext('LiveOrders'));
            CREATE TABLE IF NOT EXISTS orders (
                id       int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                customer text NOT NULL,
                status   text NOT NULL DEFAULT 'open',
                amount   numeric(10, 2) NOT NULL
            );
            CREATE OR REPLACE FUNCTION notify_orders() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_notify('orders', '');
                RETURN NULL;
            END $$;
            CREATE OR REPLACE TRIGGER notify_orders AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON orders
                FOR EACH STATEMENT EXECUTE FUNCTION notify_orders();
            """);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    internal async Task<List<Order>> LargestAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"SELECT id, customer, status, amount FROM orders ORDER BY amount DESC, id LIMIT {RowsShown}");
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var orders = new List<Order>();
        while (await rows.ReadAsync(cancellation))
            orders.Add(new Order(rows.GetInt32(0), rows.GetString(1), rows.GetString(2), rows.GetDecimal(3)));
        return orders;
    }
}
