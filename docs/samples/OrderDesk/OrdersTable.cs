using Npgsql;
using Rx.PgNotify.Tables;

namespace OrderDesk;

/// <summary>The table, the trigger that sends its rows, and what can be done to it.</summary>
sealed class OrdersTable(NpgsqlDataSource database)
{
    internal const string Channel = "desk_orders";

    const string Columns = "id, customer, status, amount";

    static readonly TableTrigger s_trigger = new("desk_orders", Channel, options: new()
    {
        Payload = TriggerPayload.Rows,
        IncludeOld = true,
    });

    // The lock lets two desks open at the same moment.
    internal async Task CreateIfMissingAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            SELECT pg_advisory_xact_lock(hashtext('OrderDesk'));
            CREATE TABLE IF NOT EXISTS desk_orders (
                id       int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                customer text NOT NULL,
                status   text NOT NULL DEFAULT 'open',
                amount   numeric(10, 2) NOT NULL
            );
            """);
        await command.ExecuteNonQueryAsync(cancellation);
        await s_trigger.InstallAsync(database, cancellation);
    }

    internal async Task CreateAsync(string customer, decimal amount, CancellationToken cancellation) =>
        await ExecuteAsync("INSERT INTO desk_orders (customer, amount) VALUES ($1, $2)", cancellation, customer, amount);

    internal async Task<Order?> ReadAsync(int id, CancellationToken cancellation) =>
        (await QueryAsync($"SELECT {Columns} FROM desk_orders WHERE id = $1", cancellation, id)).SingleOrDefault();

    internal Task<List<Order>> ReadAllAsync(CancellationToken cancellation) =>
        QueryAsync($"SELECT {Columns} FROM desk_orders ORDER BY id", cancellation);

    internal async Task<bool> UpdateAsync(int id, string status, CancellationToken cancellation) =>
        await ExecuteAsync("UPDATE desk_orders SET status = $2 WHERE id = $1", cancellation, id, status) > 0;

    internal async Task<bool> DeleteAsync(int id, CancellationToken cancellation) =>
        await ExecuteAsync("DELETE FROM desk_orders WHERE id = $1", cancellation, id) > 0;

    async Task<List<Order>> QueryAsync(string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using var command = Command(sql, arguments);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var orders = new List<Order>();
        while (await rows.ReadAsync(cancellation))
            orders.Add(new Order(rows.GetInt32(0), rows.GetString(1), rows.GetString(2), rows.GetDecimal(3)));
        return orders;
    }

    async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using var command = Command(sql, arguments);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    NpgsqlCommand Command(string sql, object[] arguments)
    {
        var command = database.CreateCommand(sql);
        foreach (var argument in arguments)
            command.Parameters.AddWithValue(argument);
        return command;
    }
}
