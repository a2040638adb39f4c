using System.Globalization;
using Rx.PgNotify.Benchmarks.Comparison;
using Rx.PgNotify.Benchmarks.Scaling.Processes;
using Rx.PgNotify.Benchmarks.Scaling.Report;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Benchmarks.Scaling.Curves;

/// <summary>What NOTIFY costs a write: in its transaction, and after it.</summary>
sealed class WritesCurve : Curve
{
    static readonly int[] s_clients = [1, 4, 16, 64];

    static readonly (string How, string Name)[] s_ways =
        [("plain", "no notification"), ("notify", "pg_notify in it"), ("notifier", "PgNotifier after it")];

    public override string Name => "writes";

    public override async Task<CurveReport> MeasureAsync(ScaleOptions options)
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { Durable = true, Settings = { ["max_connections"] = "200" } });
        var database = await server.CreateDatabaseAsync();
        await using var writing = RoleProcess.Start(RoleKind.Writing, database, nats: "", ProcessPlace.Anywhere);
        await using var receiving = RoleProcess.Start(RoleKind.Receiving, database, nats: "", ProcessPlace.Anywhere with { GivesWay = true });
        await receiving.DoAsync($"join direct 1 1 1");
        await writing.DoAsync($"prepare");
        foreach (var (how, _) in s_ways)
            await WritesAsync(how, s_clients[^1]); // warms up

        var writes = s_clients.SelectMany(_ => s_ways, (clients, way) => (clients, way.How)).ToDictionary(key => key, _ => new List<double>());
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var key in writes.Keys)
            {
                writes[key].Add(await WritesAsync(key.How, key.clients));
                Say($"{key.clients} clients, {key.How}: {writes[key][^1]:N0} a second");
            }
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"""
            {Environs.Describe(server)}, fsync on; nothing is pinned, the one listener has `nice` 19. INSERT and SELECT of a row in one transaction and one round trip, prepared; {options.Seconds} s each, in turns, median of {options.Rounds} rounds (least to most). With PgNotifier the client waits for its notification too before it goes on.
            """);
        return new CurveReport(Name, text, Table(writes), new LineChart(
            "Transactions per second over clients, with fsync",
            new ChartAxis("clients", IsLogarithmic: true, [.. s_clients.Select(clients => (double)clients)]), new ChartAxis("transactions per second"),
            [.. s_ways.Select(way => new ChartSeries(
                way.Name, [.. s_clients.Select(clients => ((double)clients, MarkdownTable.Median(writes[(clients, way.How)])))]))]));

        async Task<double> WritesAsync(string how, int clients) =>
            await writing.DoAsync($"write {how} {clients} {(int)options.Duration.TotalMilliseconds}") is [var count, var nanoseconds]
                ? count / (nanoseconds / 1e9)
                : throw new InvalidOperationException("The clients have not counted.");
    }

    static MarkdownTable Table(Dictionary<(int Clients, string How), List<double>> writes)
    {
        var table = new MarkdownTable(["clients", .. s_ways.Select(way => $"{way.Name}, a second"), "`pg_notify`, to none", "`PgNotifier`, to none"]);
        foreach (var clients in s_clients)
        {
            table.Add(
            [
                clients.ToString(CultureInfo.InvariantCulture),
                .. s_ways.Select(way => MarkdownTable.Range(writes[(clients, way.How)])),
                Ratio(clients, "notify"), Ratio(clients, "notifier"),
            ]);
        }

        return table;

        string Ratio(int clients, string how) =>
            (MarkdownTable.Median(writes[(clients, how)]) / MarkdownTable.Median(writes[(clients, "plain")])).ToString("0.00", CultureInfo.InvariantCulture);
    }
}
