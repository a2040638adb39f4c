using Npgsql;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>The truth, which readers read: a table with the last number that was committed on each channel.</summary>
sealed class Ledger(NpgsqlDataSource dataSource)
{
    // A server that comes back after a crash refuses connections for a while.
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    public async Task CreateAsync()
    {
        await using var command = dataSource.CreateCommand("CREATE TABLE ledger (channel text PRIMARY KEY, number bigint NOT NULL)");
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Writes the last number of a run, in the transaction that sends it.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, NumberRun run)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO ledger VALUES ($1, $2) ON CONFLICT (channel) DO UPDATE SET number = excluded.number", connection);
        command.Parameters.AddWithValue(run.Channel);
        command.Parameters.AddWithValue(run.To);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The last number that was committed on a channel. Waits for a server that is not there.</summary>
    public async Task<long> ReadAsync(string channel)
    {
        while (true)
        {
            try
            {
                await using var command = dataSource.CreateCommand("SELECT number FROM ledger WHERE channel = $1");
                command.Parameters.AddWithValue(channel);
                return await command.ExecuteScalarAsync() as long? ?? 0;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(s_pause);
            }
        }
    }
}
