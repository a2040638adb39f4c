using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Benchmarks.Tables;

/// <summary>What triggers cost the statements that fire them: all kinds in one run, in turns.</summary>
static class TriggerBenchmarks
{
    internal static async Task<int> RunAsync(TextWriter output)
    {
        var options = new PostgresServerOptions { Durable = true, Settings = { ["autovacuum"] = "off", ["max_wal_size"] = "8GB" } };
        await using var server = await PostgresServer.StartAsync(options);
        await using var database = NpgsqlDataSource.Create(server.ConnectionString + ";Maximum Pool Size=32;Command Timeout=300");
        await output.WriteLineAsync($"PostgreSQL {server.Version}, {Environment.ProcessorCount} processors\n");
        await BulkUpdate.RunAsync(database, output);
        await SmallCommits.RunAsync(database, output);
        return 0;
    }

    internal static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered.Length % 2 == 1 ? ordered[ordered.Length / 2] : (ordered[(ordered.Length / 2) - 1] + ordered[ordered.Length / 2]) / 2;
    }

    internal static async Task ExecuteAsync(this NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
