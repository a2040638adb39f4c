using Microsoft.EntityFrameworkCore;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>Functions that read other tables from run to run, and how many listen for how many.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class EntityLiveQuerySwitchTests : LiveQueryFixture
{
    [Test]
    public async Task ABranchTakenForTheFirstTime_AddsItsTable_AndOneNoLongerTakenGoes()
    {
        var readsBanks = false;
        var results = new Recorder<string>();
        using var live = Database
            .LiveQuery(
                Listener,
                async (db, cancellation) => Volatile.Read(ref readsBanks)
                    ? $"banks {await db.Set<Bank>().CountAsync(cancellation)}"
                    : $"tags {await db.Tags.CountAsync(cancellation)}",
                Soon())
            .Subscribe(results);
        await results.UntilCountAsync(1);
        await Shop.UntilChannelsAsync("Tags");

        Volatile.Write(ref readsBanks, true);
        await AddTagAsync();
        await results.UntilAsync(all => all[^1] == "banks 0", "the other branch");
        await Shop.UntilChannelsAsync("Bank");
        await AddBankAsync();
        await results.UntilAsync(all => all[^1] == "banks 1", "a change of its table");

        Volatile.Write(ref readsBanks, false);
        await AddBankAsync();
        await results.UntilAsync(all => all[^1] == $"tags {CountTagsAsync().Result}", "the first branch again");
        await Shop.UntilChannelsAsync("Tags");
        Assert.That(results.Violation ?? results.Error?.Message, Is.Null);
    }

    [Test]
    public async Task AChangeBeforeTheNewTableIsListenedTo_IsInTheResult()
    {
        using var gate = new SemaphoreSlim(0);
        var readsProducts = false;
        var executions = 0;
        var results = new Recorder<int>();
        using var live = Database
            .LiveQuery(
                Listener,
                async (db, cancellation) =>
                {
                    if (!Volatile.Read(ref readsProducts))
                        return -await db.Tags.CountAsync(cancellation);
                    var count = await db.Products.CountAsync(cancellation);
                    if (Interlocked.Increment(ref executions) == 1)
                        await gate.WaitAsync(cancellation);
                    return count;
                },
                Soon())
            .Subscribe(results);
        await results.UntilCountAsync(1);
        Volatile.Write(ref readsProducts, true);
        await AddTagAsync();
        await Eventually.IsTrueAsync(() => Volatile.Read(ref executions) == 1);
        await Database.SaveAsync(db => db.Add(new Product())); // nobody hears of it
        gate.Release();
        await results.UntilCountAsync(2);
        Assert.That(results.Items[1], Is.EqualTo(1));
    }

    [Test]
    public async Task ManyLiveQueriesOverManyTables_AreOneBackendThatListensToEachTableOnce()
    {
        Func<NotifyingShopContext, CancellationToken, Task<int>>[] tables =
        [
            (db, ct) => db.Customers.CountAsync(ct), (db, ct) => db.Orders.CountAsync(ct), (db, ct) => db.Lines.CountAsync(ct),
            (db, ct) => db.Products.CountAsync(ct), (db, ct) => db.Categories.CountAsync(ct), (db, ct) => db.Tags.CountAsync(ct),
            (db, ct) => db.Payments.CountAsync(ct), (db, ct) => db.Set<Bank>().CountAsync(ct), (db, ct) => db.Vehicles.Select(v => v.Plate).CountAsync(ct),
            (db, ct) => db.Set<Invoice>().CountAsync(ct), (db, ct) => db.Set<Receipt>().CountAsync(ct), (db, ct) => db.Set<Author>().IgnoreAutoIncludes().CountAsync(ct),
            (db, ct) => db.Set<Publisher>().CountAsync(ct), (db, ct) => db.Articles.IgnoreQueryFilters().CountAsync(ct), (db, ct) => db.Audit.CountAsync(ct),
            (db, ct) => db.Profiles.Select(p => p.Nick).CountAsync(ct), (db, ct) => db.Orders.SelectMany(o => o.Notes).CountAsync(ct),
            (db, ct) => db.Set<Car>().CountAsync(ct), (db, ct) => db.Set<Truck>().CountAsync(ct), (db, ct) => db.Orders.SelectMany(o => o.Tags).CountAsync(ct),
        ];
        Assert.That(tables, Has.Length.EqualTo(20));
        var recorders = new List<Recorder<int>>();
        using var subscriptions = new System.Reactive.Disposables.CompositeDisposable();
        for (var i = 0; i < 200; i++)
        {
            var recorder = new Recorder<int>();
            recorders.Add(recorder);
            subscriptions.Add(Database.LiveQuery(Listener, tables[i % 20], Soon()).Subscribe(recorder));
        }

        foreach (var recorder in recorders)
            await recorder.UntilCountAsync(1);
        Assert.That(await Shop.CountBackendsAsync(), Is.EqualTo(1));
        Assert.That(Shop.Tap.Connections, Is.EqualTo(1));
        Assert.That((await Shop.ChannelsAsync()).ToHashSet(), Has.Count.EqualTo(20));

        await Database.SaveAsync(db => db.Add(new Publisher()));
        foreach (var recorder in recorders.Where((_, i) => i % 20 == 12))
            await recorder.UntilCountAsync(2);
        subscriptions.Dispose();
        await Eventually.IsTrueAsync(async () => await Shop.CountBackendsAsync() == 0, expectation: "the backend should be gone");
    }
}
