using Npgsql;

namespace Rx.PgNotify.Tool.Demo;

/// <summary>The demo's table in its database.</summary>
sealed class OrdersTable(NpgsqlDataSource database)
{
    internal async Task CreateAsync(CancellationToken cancellation) => await ExecuteAsync(
        """
        CREATE TABLE orders (
            id     int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind   text NOT NULL,
            status text NOT NULL DEFAULT 'new',
            amount numeric(8, 2) NOT NULL
        );
        CREATE FUNCTION notify_order() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('orders', row_to_json(NEW)::text);
            RETURN NULL;
        END $$;
        CREATE TRIGGER notify_order AFTER INSERT OR UPDATE ON orders
            FOR EACH ROW EXECUTE FUNCTION notify_order();
        """, cancellation);

    /// <summary>All in one transaction.</summary>
    internal Task<int> InsertAsync(int orders, CancellationToken cancellation) => ExecuteAsync(
        $"""
        INSERT INTO orders (kind, amount)
        SELECT (ARRAY['book', 'film', 'game', 'song'])[1 + i % 4], i % 40 + 0.99 FROM generate_series(1, {orders}) AS i
        """, cancellation);

    /// <summary>All in one transaction.</summary>
    internal Task<int> PayAsync(int orders, CancellationToken cancellation) =>
        ExecuteAsync($"UPDATE orders SET status = 'paid' WHERE id <= {orders}", cancellation);

    internal async Task<IReadOnlyList<Sale>> SalesAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "SELECT kind, count(*)::int, sum(amount) FROM orders WHERE status = 'paid' GROUP BY kind ORDER BY kind");
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var sales = new List<Sale>();
        while (await rows.ReadAsync(cancellation))
            sales.Add(new Sale(rows.GetString(0), rows.GetInt32(1), rows.GetDecimal(2)));
        return sales;
    }

    async Task<int> ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
