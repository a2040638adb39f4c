using System.Security.Cryptography;
using Npgsql;

namespace Rx.PgNotify.Tool.Demo;

/// <summary>Somebody who writes: orders come one by one and now and then in bursts, and the oldest are paid.</summary>
static class OrdersWriter
{
    const int KeptOpen = 25;

    static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(1);

    // The last ones would be markup if the page took them for it.
    static readonly string[] s_customers =
        ["Ada", "Barbara", "Edsger", "Grace", "Ken", "Margaret", "Niklaus", "O'Hara & Sons", "<b>Bold</b> Ltd."];

    /// <summary>Writes until it is cancelled, and goes on when the server comes back.</summary>
    internal static async Task WriteAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await InsertAsync(database, orders: RandomNumberGenerator.GetInt32(25) == 0 ? 60 : 1, cancellation);
                if (RandomNumberGenerator.GetInt32(3) == 0)
                    await PayOldestAsync(database, cancellation);
                await Task.Delay(RandomNumberGenerator.GetInt32(50, 900), cancellation);
            }
            catch (NpgsqlException)
            {
                await Task.Delay(s_pauseAfterFailure, cancellation);
            }
        }
    }

    static async Task InsertAsync(NpgsqlDataSource database, int orders, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO dashboard_orders (customer, amount)
            SELECT ($1::text[])[1 + floor(random() * cardinality($1::text[]))::int], round((5 + random() * 200)::numeric, 2)
            FROM generate_series(1, $2)
            """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = s_customers });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = orders });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    static async Task PayOldestAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            UPDATE dashboard_orders SET status = 'paid'
            WHERE id IN (SELECT id FROM dashboard_orders WHERE status = 'open' ORDER BY id DESC OFFSET {KeptOpen})
            """);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
