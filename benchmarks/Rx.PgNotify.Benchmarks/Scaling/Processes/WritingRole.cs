using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>
/// Clients that write a row and read it again in one transaction and one round trip, each on a connection of its own, and notify of it in
/// one way or the other.
/// </summary>
/// <remarks>
/// <code>
/// prepare                          ok                  makes the table
/// write HOW CLIENTS MILLISECONDS   ok COUNT DURATION   HOW is plain, notify (in the transaction) or notifier (after it)
/// </code>
/// </remarks>
sealed class WritingRole : IRole
{
    const string Channel = ReceivingRole.ChannelPrefix + "0";

    readonly NpgsqlDataSource _database;
    readonly PgNotifier _notifier;

    public WritingRole(string connectionString)
    {
        _database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 128, MaxAutoPrepare = 8, AutoPrepareMinUsages = 1 });
        _notifier = new PgNotifier(connectionString);
    }

    public async Task<IReadOnlyList<long>> DoAsync(string[] words)
    {
        switch (words)
        {
            case ["prepare"]:
                await using (var create = _database.CreateCommand("CREATE TABLE writes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)"))
                    await create.ExecuteNonQueryAsync();
                return [];
            case ["write", var how, var clients, var milliseconds]:
                return await WriteAsync(how, Number(clients), TimeSpan.FromMilliseconds(Number(milliseconds)));
            default:
                throw new InvalidOperationException("This is no command.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _notifier.DisposeAsync();
        await _database.DisposeAsync();
    }

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    async Task<IReadOnlyList<long>> WriteAsync(string how, int clients, TimeSpan duration)
    {
        var connections = await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ => await _database.OpenConnectionAsync()));
        var began = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(connections.Select((connection, client) => Task.Run(async () =>
        {
            await using (connection)
            {
                var count = 0L;
                for (; Stopwatch.GetElapsedTime(began) < duration; count++)
                    await WriteAsync(how, connection, string.Create(CultureInfo.InvariantCulture, $"{client}:{count}"));
                return count;
            }
        })));
        return [counts.Sum(), (long)Stopwatch.GetElapsedTime(began).TotalNanoseconds];
    }

    async Task WriteAsync(string how, NpgsqlConnection connection, string key)
    {
        await using (var batch = connection.CreateBatch())
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO writes (body) VALUES ($1)") { Parameters = { new() { Value = key } } });
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT body FROM writes WHERE id = currval('writes_id_seq')"));
            if (how == "notify")
                batch.AddNotify(Channel, key);
            await batch.ExecuteNonQueryAsync();
        }

        if (how == "notifier")
            await _notifier.NotifyAsync(Channel, key);
    }
}
