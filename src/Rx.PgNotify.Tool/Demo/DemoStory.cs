using System.Globalization;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Npgsql;

namespace Rx.PgNotify.Tool.Demo;

/// <summary>Writes bursts into a table, and shows what queries over its notifications make of them.</summary>
sealed class DemoStory(NpgsqlDataSource database, TextWriter output)
{
    const int AtOnce = 600;
    const int OneByOne = 300;
    const int Paid = 100;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    readonly OrdersTable _table = new(database);

    /// <summary>Whether the streams have seen exactly what the table holds.</summary>
    internal async Task<bool> RunAsync(CancellationToken cancellation)
    {
        await _table.CreateAsync(cancellation);
        Say("2. Each row inserted into the table 'orders', or updated, is sent as JSON on a channel by a trigger.");

        await using var listener = new PgListener(database);
        var streams = new OrderStreams(listener);
        Say("3. Three queries listen. They share one connection and one LISTEN:\n");
        foreach (var line in OrderStreams.ShownSource())
            Say($"     {line}".TrimEnd());

        var count = streams.Count.ToTask(cancellation);
        var sales = streams.Sales.ToList().ToTask(cancellation);
        var progress = streams.Bursts.Scan(Progress.None, (sum, burst) => sum.Add(burst)).StartWith(Progress.None).Replay(1);
        using var connection = progress.Connect();
        // This subscriber came last: once the server has acknowledged its LISTEN, the queries miss nothing either.
        await streams.Orders.Signals.FirstAsync(signal => signal.IsResync).ToTask(cancellation);

        Say("\n4. The table changes:\n");
        await WriteAsync("orders in one transaction", AtOnce, progress, () => _table.InsertAsync(AtOnce, cancellation));
        await WriteAsync("orders, a transaction each", OneByOne, progress, async () =>
        {
            for (var i = 0; i < OneByOne; i++)
                await _table.InsertAsync(1, cancellation);
        });
        await WriteAsync("paid in one transaction", Paid, progress, () => _table.PayAsync(Paid, cancellation));

        await listener.DisposeAsync();
        return await ConcludeAsync(await count, await progress.LastAsync(), await sales, cancellation);
    }

    async Task WriteAsync(string what, int rows, IObservable<Progress> progress, Func<Task> write)
    {
        var before = await progress.FirstAsync();
        await write();
        var late = new TimeoutException($"the notifications of {rows} rows did not arrive within {s_patience.TotalSeconds} s.");
        var after = await progress
            .FirstAsync(now => now.Notifications >= before.Notifications + rows)
            .Timeout(s_patience, Observable.Throw<Progress>(late));
        var (notifications, bursts) = (after.Notifications - before.Notifications, after.Bursts - before.Bursts);
        Say($"     {rows,5} {what,-28}{notifications,5} notifications,{bursts,2} {(bursts == 1 ? "burst" : "bursts")}");
    }

    async Task<bool> ConcludeAsync(int count, Progress coalesced, IList<Sale> sales, CancellationToken cancellation)
    {
        Say("\n5. The listener is closed, which completes the queries:\n");
        Say($"     count   {Number(count)} notifications");
        Say($"     bursts  {Number(coalesced.Bursts)}: so often a screen or a cache would refresh");
        foreach (var sale in sales.OrderBy(sale => sale.Kind, StringComparer.Ordinal))
            Say($"     sales   {sale.Kind}: {sale.Orders} paid, {Number(sale.Total)}");

        const int written = AtOnce + OneByOne + Paid;
        var truth = await _table.SalesAsync(cancellation);
        return count == written && coalesced.Notifications == written && truth.ToHashSet().SetEquals(sales);
    }

    void Say(string line) => output.WriteLine(line);

    static string Number(decimal number) => number.ToString("#,0.##", CultureInfo.InvariantCulture);
}
