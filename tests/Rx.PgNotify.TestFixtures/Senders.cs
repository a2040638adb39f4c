using Npgsql;

namespace Rx.PgNotify.TestFixtures;

/// <summary>Commits numbered notifications: single ones, bursts, several channels in one transaction, and some that are rolled back.</summary>
class Senders(NpgsqlDataSource dataSource, IReadOnlyList<CommitLog> channels, Findings findings)
{
    /// <summary>Sends until it is told to stop.</summary>
    public async Task RunAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var count = random.Next(20) switch
            {
                0 => random.Next(200, 2_000),
                < 6 => random.Next(2, 50),
                _ => 1,
            };
            var padding = random.Next(10) == 0 ? random.Next(100_000 / count) % 7_800 : 0;
            var first = random.Next(channels.Count);
            var second = random.Next(channels.Count);
            if (random.Next(5) > 0 || first == second)
                await SendAsync([channels[first]], count, padding, random.Next(20) == 0);
            else // always in the same order, or two senders could wait for each other
                await SendAsync([channels[Math.Min(first, second)], channels[Math.Max(first, second)]], count, padding, false);
            await Task.Delay(random.Next(25));
        }
    }

    /// <summary>Commits the next numbers of each of the channels in one transaction, or sends something and takes it back.</summary>
    public async Task SendAsync(IReadOnlyList<CommitLog> logs, int count, int padding, bool rollBack = false)
    {
        foreach (var log in logs)
            await log.BeginAsync();
        try
        {
            // Number 0 is never expected: should it arrive, the model complains.
            var runs = logs.Select(log => rollBack ? new NumberRun(log.Channel, 0, 0) : log.Take(count)).ToList();
            await TransactAsync(runs, padding, rollBack);
        }
        finally
        {
            foreach (var log in logs)
                log.End();
        }

        findings.Count(rollBack ? "rollbacks" : "commits");
        findings.Count("sent", rollBack ? 0 : count * logs.Count);
    }

    /// <summary>Sends in one transaction, which is committed or rolled back when this completes.</summary>
    protected virtual async Task TransactAsync(IReadOnlyList<NumberRun> runs, int padding, bool rollBack)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var run in runs)
            await NotifyAsync(connection, run, padding);
        await (rollBack ? transaction.RollbackAsync() : transaction.CommitAsync());
    }

    protected virtual async Task NotifyAsync(NpgsqlConnection connection, NumberRun run, int padding)
    {
        await using var command = new NpgsqlCommand(
            "SELECT count(pg_notify($1, i || $4)) FROM (SELECT i FROM generate_series($2, $3) i ORDER BY i) numbers", connection);
        command.Parameters.AddWithValue(run.Channel);
        command.Parameters.AddWithValue(run.From);
        command.Parameters.AddWithValue(run.To);
        command.Parameters.AddWithValue(padding == 0 ? "" : ":".PadRight(padding, 'x'));
        await command.ExecuteNonQueryAsync();
    }
}
