using Npgsql;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.LiveDashboard;

/// <summary>The table, the trigger that reports how many rows a statement changed, and the query behind the page.</summary>
public sealed class OrdersTable(NpgsqlDataSource database)
{
    public const string Channel = "dashboard_orders";
    public const int RowsShown = 50;

    static readonly TableTrigger s_trigger = new("dashboard_orders", Channel, options: new()
    {
        Payload = TriggerPayload.RowCount,
    });

    // The lock lets two dashboards start at the same moment.
    public async Task CreateIfMissingAsync(CancellationToken cancellation)
    {
        await ExecuteAsync(
            """
            SELECT pg_advisory_xact_lock(hashtext('LiveDashboard'));
            CREATE TABLE IF NOT EXISTS dashboard_orders (
                id       int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                customer text NOT NULL,
                status   text NOT NULL DEFAULT 'open',
                amount   numeric(10, 2) NOT NULL,
                placed   timestamptz NOT NULL DEFAULT now()
            );
            CREATE INDEX IF NOT EXISTS dashboard_orders_open ON dashboard_orders (id DESC) WHERE status = 'open';
            """, cancellation);
        await s_trigger.InstallAsync(database, cancellation);
    }

    /// <summary>One statement, so that rows and sums are of the same moment.</summary>
    public async Task<OpenOrders> OpenAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT id, customer, amount, placed, count(*) OVER (), sum(amount) OVER ()
            FROM dashboard_orders WHERE status = 'open' ORDER BY id DESC LIMIT {RowsShown}
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var (count, total, orders) = (0L, 0m, new List<Order>());
        while (await rows.ReadAsync(cancellation))
        {
            (count, total) = (rows.GetInt64(4), rows.GetDecimal(5));
            orders.Add(new Order(rows.GetInt32(0), rows.GetString(1), rows.GetDecimal(2), rows.GetDateTime(3)));
        }

        return new OpenOrders(count, total, orders);
    }

    public Task AddAsync(NewOrder order, CancellationToken cancellation) => ExecuteAsync(
        "INSERT INTO dashboard_orders (customer, amount) VALUES ($1, $2)", cancellation, order.Customer, order.Amount);

    /// <summary>Whether there was such an open order.</summary>
    public async Task<bool> PayAsync(int id, CancellationToken cancellation) => await ExecuteAsync(
        "UPDATE dashboard_orders SET status = 'paid' WHERE id = $1 AND status = 'open'", cancellation, id) > 0;

    async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var argument in arguments)
            command.Parameters.AddWithValue(argument);
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
