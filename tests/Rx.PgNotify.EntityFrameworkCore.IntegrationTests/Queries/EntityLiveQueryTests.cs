using Microsoft.EntityFrameworkCore;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>What live queries emit, and when they run.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class EntityLiveQueryTests : LiveQueryFixture
{
    [Test]
    public async Task AQuery_EmitsItsResultAndAgainAfterAChangeOfAnyOfItsTables()
    {
        await Database.SaveAsync(db => db.Add(new Customer { Name = "Ann", Country = "NO", Orders = [new Order()] }));
        var results = new Recorder<IReadOnlyList<Customer>>();
        using var live = Database
            .LiveQuery(Listener, db => db.Customers.Where(c => c.Name == "Ann").Include(c => c.Orders).ThenInclude(o => o.Notes), Soon())
            .Subscribe(results);
        await results.UntilCountAsync(1);
        Assert.That(results.Items[0].Single().Orders.Single().Notes, Is.Empty);
        await Shop.UntilChannelsAsync("Customers", "Orders", "OrderNotes");

        await Database.SaveAsync(db => db.Orders.Single(o => o.Customer.Name == "Ann").Notes.Add(new Note { Text = "hello" }));
        await results.UntilAsync(all => all[^1].Single().Orders.Single().Notes is [{ Text: "hello" }], "the note");
        await Database.ExecuteAsync("""update "Customers" set "Country" = 'SE' where "Name" = 'Ann'""");
        await results.UntilAsync(all => all[^1].Single().Country == "SE", "the country");
        Assert.That(results.Violation ?? results.Error?.Message, Is.Null);
    }

    [Test]
    public async Task AFunction_EmitsItsResultAndAgainAfterAChange()
    {
        var results = new Recorder<(int Banks, int Tags)>();
        using var live = Database
            .LiveQuery(Listener, async (db, cancellation) => (await db.Set<Bank>().CountAsync(cancellation), await db.Tags.CountAsync(cancellation)), Soon())
            .Subscribe(results);
        await results.UntilCountAsync(1);
        var first = results.Items[0];
        await AddBankAsync();
        await results.UntilAsync(all => all[^1] == (first.Banks + 1, first.Tags), "the bank");
        await AddTagAsync();
        await results.UntilAsync(all => all[^1] == (first.Banks + 1, first.Tags + 1), "the tag");
    }

    [Test]
    public async Task TheFirstRunOfAQuery_IsTheOneThatCounts([Values] bool isSplit)
    {
        await Database.SaveAsync(db => db.Add(new Customer { Orders = [new Order()] }));
        var counter = new CommandCounter();
        var contexts = Database.With((DbContextOptionsBuilder<NotifyingShopContext>)Database.Options().AddInterceptors(counter));
        var results = new Recorder<IReadOnlyList<Customer>>();
        using var live = contexts
            .LiveQuery(Listener, db => isSplit ? db.Customers.AsSplitQuery().Include(c => c.Orders) : db.Customers.AsSingleQuery().Include(c => c.Orders))
            .Subscribe(results);
        await results.UntilCountAsync(1);
        Assert.That(counter.Count, Is.EqualTo(isSplit ? 3 : 1), "customers, orders and notes");
    }

    [Test]
    public async Task AChangeDuringARun_MakesAnotherOne()
    {
        using var gate = new SemaphoreSlim(0);
        var runs = 0;
        var results = new Recorder<int>();
        using var live = Database
            .LiveQuery(
                Listener,
                async (db, cancellation) =>
                {
                    var count = await db.Tags.CountAsync(cancellation);
                    // The first execution finds the table, the second one has it listened to.
                    if (Interlocked.Increment(ref runs) == 2)
                        await gate.WaitAsync(cancellation);
                    return count;
                },
                Soon())
            .Subscribe(results);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref runs) == 2);
        await AddTagAsync();
        gate.Release();
        await results.UntilCountAsync(2);
        Assert.That(results.Items[1], Is.EqualTo(results.Items[0] + 1));
    }

    [Test]
    public async Task AChangeBeforeTheServerListens_IsInTheFirstResult()
    {
        using var gate = new SemaphoreSlim(0);
        var runs = 0;
        var before = await CountTagsAsync();
        var results = new Recorder<int>();
        using var live = Database
            .LiveQuery(
                Listener,
                async (db, cancellation) =>
                {
                    var count = await db.Tags.CountAsync(cancellation);
                    if (Interlocked.Increment(ref runs) == 1)
                        await gate.WaitAsync(cancellation);
                    return count;
                },
                Soon())
            .Subscribe(results);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref runs) == 1);
        await AddTagAsync(); // nobody hears of it
        gate.Release();
        await results.UntilCountAsync(1);
        Assert.That(results.Items[0], Is.EqualTo(before + 1));
    }

    [Test]
    public async Task WhatIsRolledBack_IsNotRunFor()
    {
        var runs = 0;
        var results = new Recorder<int>();
        using var live = Database
            .LiveQuery(
                Listener,
                async (db, cancellation) =>
                {
                    Interlocked.Increment(ref runs);
                    return await db.Tags.CountAsync(cancellation);
                },
                new EntityLiveQueryOptions { Quiet = TimeSpan.Zero })
            .Subscribe(results);
        await results.UntilCountAsync(1);
        var barrier = UniqueChannel.Name();
        var passed = new Recorder<Notification>();
        using var subscription = await Listener.Channel(barrier).SubscribeAsync(passed);
        for (var i = 1; i <= 5; i++)
        {
            await using (var db = Database.CreateDbContext())
            {
                await using var transaction = await db.Database.BeginTransactionAsync();
                db.Add(new Tag());
                await db.SaveChangesAsync();
                await transaction.RollbackAsync();
            }

            // What the transaction had sent would have come before this.
            await Database.DataSource.NotifyAsync(barrier, "");
            await passed.UntilCountAsync(i);
        }

        await AddTagAsync();
        await results.UntilCountAsync(2);
        Assert.That(runs, Is.EqualTo(3), "twice at first, and once for the commit");
    }

    [Test]
    public async Task AWriteThroughTheSameContexts_IsSeenWithinTheQuietTime()
    {
        var results = new Recorder<int>();
        using var live = Database
            .LiveQuery(Listener, (db, cancellation) => db.Tags.CountAsync(cancellation), new EntityLiveQueryOptions { Quiet = TimeSpan.FromMilliseconds(50) })
            .Subscribe(results);
        await results.UntilCountAsync(1);
        await using var db = Database.CreateDbContext();
        db.Add(new Tag());
        await db.SaveChangesAsync();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await results.UntilCountAsync(2);
        Assert.That(results.Items[1], Is.EqualTo(results.Items[0] + 1));
        Assert.That(watch.Elapsed, Is.LessThan(Eventually.Deadline / 2));
    }

    [Test]
    public async Task AfterALostConnection_TheQueryRunsAgain()
    {
        var results = new Recorder<int>();
        using var live = Database.LiveQuery(Listener, (db, cancellation) => db.Tags.CountAsync(cancellation), Soon()).Subscribe(results);
        await results.UntilCountAsync(1);
        using (Shop.Tap.RefuseConnections())
        {
            await Shop.KillBackendAsync();
            await Eventually.IsTrueAsync(() => Listener.CurrentState is ListenerState.Reconnecting);
            await AddTagAsync(); // nobody hears of it
        }

        await results.UntilAsync(all => all[^1] == all[0] + 1, "the tag that was added meanwhile");
    }

    [Test]
    public async Task EqualResults_AreLeftOutByAComparer()
    {
        var runs = 0;
        var names = new Recorder<IReadOnlyList<string>>();
        var counts = new Recorder<int>();
        using var list = Database
            .LiveQuery(Listener, db => db.Set<Bank>().OrderBy(b => b.Id).Select(b => b.Name + "!"), Soon(), StringComparer.Ordinal).Subscribe(names);
        using var single = Database
            .LiveQuery(
                Listener,
                async (db, cancellation) =>
                {
                    Interlocked.Increment(ref runs);
                    return await db.Set<Bank>().CountAsync(cancellation);
                },
                Soon(),
                EqualityComparer<int>.Default)
            .Subscribe(counts);
        await names.UntilCountAsync(1);
        await counts.UntilCountAsync(1);
        var before = Volatile.Read(ref runs);
        await Database.ExecuteAsync("""update "Bank" set "Name" = "Name" """);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref runs) > before, expectation: "a run for the change");
        await AddBankAsync("last");
        await names.UntilAsync(all => all[^1] is [.., "last!"], "the bank");
        await counts.UntilCountAsync(2);
        Assert.That(names.Count, Is.EqualTo(2));
        Assert.That(counts.Items[1], Is.EqualTo(counts.Items[0] + 1));
    }

    [Test]
    public async Task AQueryThatReadsNoTable_RunsOnceAndCompletes()
    {
        var results = new Recorder<int>();
        using var live = Database.LiveQuery(Listener, (_, _) => Task.FromResult(1)).Subscribe(results);
        await results.UntilEndedAsync();
        Assert.That((results.HasCompleted, results.Items), Is.EqualTo((true, new[] { 1 })));
    }

    [Test]
    public async Task ManyChanges_AreOneRunForEachLongestWaitAtTheMost()
    {
        const int writes = 2_000;
        var longest = TimeSpan.FromMilliseconds(250);
        var runs = 0;
        var results = new Recorder<int>();
        using var live = Database
            .LiveQuery(
                Listener,
                async (db, cancellation) =>
                {
                    Interlocked.Increment(ref runs);
                    return await db.Audit.CountAsync(cancellation);
                },
                new EntityLiveQueryOptions { Quiet = longest, MaxWait = longest })
            .Subscribe(results);
        await results.UntilCountAsync(1);
        var before = Volatile.Read(ref runs);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await Database.ExecuteAsync(
            $"do $$ begin for i in 1..{writes} loop insert into \"Audit\" values (i); commit; end loop; end $$");
        await results.UntilAsync(all => all[^1] == writes, "all rows");
        var most = (int)Math.Ceiling(watch.Elapsed / longest);
        Assert.That(runs - before, Is.InRange(1, most));
        await TestContext.Progress.WriteLineAsync($"{writes} commits in {watch.ElapsedMilliseconds} ms, {runs - before} runs, {most} at the most");
    }
}
