using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>What would make a live query miss changes is an error that says what to do, also where failures are taken.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class EntityLiveQueryErrorTests : LiveQueryFixture
{
    protected override Task PrepareAsync() => Database.ExecuteAsync("""
        create view order_totals as select "Id" as "OrderId", 1.0 as "Total" from sales."Orders";
        create function score(customer int) returns int language sql stable as $$ select count(*)::int from sales."Orders" $$;
        """);

    [Test]
    public async Task RawSql_HasToBeDeclared()
    {
        Assert.That(
            await ErrorAsync(db => db.Tags.FromSqlRaw("""select * from "Tags" """)),
            Does.Contain("raw SQL for Tag").And.Contain("can't be seen").And.Contain("Reads("));
        Assert.That(await ErrorAsync(async (db, _) => await db.Database.SqlQuery<int>($"select 1 as \"Value\"").SingleAsync()), Does.Contain("raw SQL"));
        Assert.That(
            await ErrorAsync((db, ct) => db.Database.ExecuteSqlRawAsync("select set_config('a.b', 'secret', true)", ct)),
            Does.Contain("\"select set_config(\"").And.Not.Contain("secret"));
    }

    [Test]
    public async Task AView_AFunction_AndAQueryOfTheModel_HaveToBeDeclared()
    {
        Assert.That(await ErrorAsync(db => db.Set<OrderTotal>()), Does.Contain("the view order_totals"));
        Assert.That(await ErrorAsync(db => db.Customers.Select(c => ShopContext.Score(c.Id))), Does.Contain("the function").And.Contain("score"));
        Assert.That(await ErrorAsync(db => db.Set<CountryCount>()), Does.Contain("raw SQL for CountryCount"));
    }

    [Test]
    public async Task WhatIsDeclared_InTheQueryOrInTheOptions_IsListenedTo()
    {
        var results = new Recorder<IReadOnlyList<OrderTotal>>();
        using (Database.LiveQuery(Listener, db => db.Set<OrderTotal>().Reads("Orders", "sales"), Soon()).Subscribe(results))
        {
            await results.UntilCountAsync(1);
            await Shop.UntilChannelsAsync("Orders");
        }

        var counts = new Recorder<int>();
        using (Database
            .LiveQuery(Listener, (db, ct) => db.Database.ExecuteSqlRawAsync("""update "Bank" set "Name" = 'x' where false""", ct), Soon().Reads<Bank>().Reads("Tags"))
            .Subscribe(counts))
        {
            await counts.UntilCountAsync(1);
            await Shop.UntilChannelsAsync("Bank", "Tags");
        }

        var scores = new Recorder<IReadOnlyList<int>>();
        using (Database.LiveQuery(Listener, db => db.Customers.Select(c => ShopContext.Score(c.Id)).ReadsNothingElse(), Soon()).Subscribe(scores))
        {
            await scores.UntilCountAsync(1);
            await Shop.UntilChannelsAsync("Customers");
        }
    }

    [Test]
    public async Task WhatIsDeclared_HasToBeInTheModel()
    {
        Assert.That(await ErrorAsync(db => db.Tags.Reads("Nothing")), Does.Contain("Nothing").And.Contain("not in the model"));
        Assert.That(await ErrorAsync(db => db.Tags.ReadsTablesOf(typeof(string))), Does.Contain("String"));
        Assert.That(await ErrorAsync(db => db.Tags, Soon().Reads<OrderTotal>()), Does.Contain("OrderTotal"));
    }

    [Test]
    public async Task ATableWithoutNotifications_IsNamedWithTheMissingCall()
    {
        var error = await ErrorAsync(new PartialFactory(Database.DataSource), db => db.Tags.Include(t => t.Orders));
        Assert.That(error, Does.Contain("Tags (of Tag)").And.Contain("HasChangeNotifications()").And.Contain("the entity Tag"));
        Assert.That(error, Does.Contain("OrderTag").And.Contain("its entity or the model"), "the join table");
        Assert.That(error, Does.Not.Contain("Orders"), "it has notifications");
    }

    [Test]
    public async Task NotificationsThatLeaveChangesOut_AreRefused()
    {
        var contexts = new PartialFactory(Database.DataSource);
        Assert.That(await ErrorAsync(contexts, db => db.Products), Does.Contain("Products (of Product)").And.Contain("leave changes out"));
        Assert.That(await ErrorAsync(contexts, db => db.Customers), Does.Contain("Customers (of Customer").And.Contain("leave changes out"));
    }

    [Test]
    public async Task AContextWithoutChangeNotifications_IsRefused()
    {
        var contexts = Database.With(new DbContextOptionsBuilder<NotifyingShopContext>().UseNpgsql(Database.DataSource));
        Assert.That(await ErrorAsync(contexts, db => db.Tags), Does.Contain("NotifyingShopContext").And.Contain("UseChangeNotifications()"));
    }

    [Test]
    public async Task AQueryCompiledElsewhere_IsAnErrorAndNoGap()
    {
        using var shared = new MemoryCache(new MemoryCacheOptions());
        await using var any = Database.CreateDbContext();
        await using (var db = new NotifyingShopContext(
            new DbContextOptionsBuilder<NotifyingShopContext>().UseNpgsql(Database.DataSource).UseMemoryCache(shared).UseModel(any.Model)
                .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking).Options))
            await db.Tags.Where(t => t.Id > 0).ToListAsync();
        var contexts = Database.With((DbContextOptionsBuilder<NotifyingShopContext>)Database.Options().UseMemoryCache(shared).UseModel(any.Model));
        Assert.That(await ErrorAsync(contexts, db => db.Tags.Where(t => t.Id > 0)), Does.Contain("a query that was compiled for a context without UseChangeNotifications()"));
    }

    [Test]
    public async Task ACompiledQuery_FirstUsedWithoutChangeNotifications_IsAnErrorAndNoGap()
    {
        var query = EF.CompileAsyncQuery((NotifyingShopContext db, int least) => db.Tags.Where(t => t.Id > least));
        await using var any = Database.CreateDbContext();
        await using (var db = new NotifyingShopContext(
            new DbContextOptionsBuilder<NotifyingShopContext>().UseNpgsql(Database.DataSource).UseModel(any.Model).Options))
            await query(db, 0).ToListAsync();
        Assert.That(
            await ErrorAsync(Database.LiveQuery(Listener, async (db, ct) => await query(db, 0).CountAsync(ct), Taking(null))),
            Does.Contain("a query that was compiled for a context without UseChangeNotifications()"));
    }

    [Test]
    public async Task SqlThatAnInterceptorChangesBeforeItIsExecuted_IsStillKnown()
    {
        var contexts = Database.With((DbContextOptionsBuilder<NotifyingShopContext>)Database.Options().AddInterceptors(new Rewriting()));
        var results = new Recorder<IReadOnlyList<Tag>>();
        using var live = contexts.LiveQuery(Listener, db => db.Tags, Soon()).Subscribe(results);
        await results.UntilCountAsync(1);
        await Shop.UntilChannelsAsync("Tags");
    }

    [Test]
    public async Task SavingInARun_IsNoReading()
    {
        var results = new Recorder<int>();
        using var live = Database
            .LiveQuery(
                Listener,
                async (db, ct) =>
                {
                    db.Add(new Tag { Name = "saved" });
                    await db.SaveChangesAsync(ct);
                    return await db.Set<Bank>().CountAsync(ct);
                },
                Soon())
            .Subscribe(results);
        await results.UntilCountAsync(1);
        await Shop.UntilChannelsAsync("Bank");
    }

    [Test]
    public async Task AStatementOfAKindThatIsNotKnown_HasToBeDeclaredInTheOptions()
    {
        Func<NotifyingShopContext, CancellationToken, Task<int>> delete = (db, ct) => db.Set<Bank>().Where(b => b.Name == "none").ExecuteDeleteAsync(ct);
        Assert.That(await ErrorAsync(delete), Does.Contain("a statement of the kind").And.Contain("Reads("));
        var results = new Recorder<int>();
        using var live = Database.LiveQuery(Listener, delete, Soon().Reads<Bank>()).Subscribe(results);
        await results.UntilCountAsync(1);
        await Shop.UntilChannelsAsync("Bank");
    }

    [Test]
    public void AQueryOfAnotherProvider_IsLeftAsItIs()
    {
        var query = new[] { 1, 2 }.AsQueryable();
        Assert.That(query.Reads("Tags").ReadsTablesOf(typeof(Tag)).ReadsNothingElse().Reads(), Is.SameAs(query));
    }

    Task<string> ErrorAsync<T>(Func<NotifyingShopContext, IQueryable<T>> query, EntityLiveQueryOptions? options = null) =>
        ErrorAsync(Database.LiveQuery(Listener, query, Taking(options)));

    Task<string> ErrorAsync<T>(Func<NotifyingShopContext, CancellationToken, Task<T>> query) =>
        ErrorAsync(Database.LiveQuery(Listener, query, Taking(null)));

    Task<string> ErrorAsync<TContext, T>(IDbContextFactory<TContext> contexts, Func<TContext, IQueryable<T>> query)
        where TContext : DbContext => ErrorAsync(contexts.LiveQuery(Listener, query, Taking(null)));

    static async Task<string> ErrorAsync<T>(IObservable<T> live)
    {
        var results = new Recorder<T>();
        using var subscription = live.Subscribe(results);
        await Eventually.IsTrueAsync(() => results.HasEnded || results.Count > 0, expectation: "an error");
        Assert.That(results.Error, Is.InstanceOf<InvalidOperationException>());
        Assert.That(results.Count, Is.Zero);
        return results.Error!.Message;
    }

    static EntityLiveQueryOptions Taking(EntityLiveQueryOptions? options)
    {
        options ??= Soon();
        options.QueryFailed = error => Assert.Fail($"It is no failed run: {error}");
        return options;
    }

    sealed class Rewriting : DbCommandInterceptor
    {
        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            command.CommandText = $"/* hint */ {command.CommandText}";
            return new(result);
        }
    }

    sealed class PartialFactory(NpgsqlDataSource dataSource) : IDbContextFactory<PartialShopContext>
    {
        readonly DbContextOptions _options = new DbContextOptionsBuilder().UseNpgsql(dataSource).UseChangeNotifications().Options;

        public PartialShopContext CreateDbContext() => new(_options);
    }
}
