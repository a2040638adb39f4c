using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>
/// The tables that are found, beside those that PostgreSQL itself locked for the statements. The model has no change
/// notifications, so a live query ends with an error that names every table it has found.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed partial class QueryShapeTests
{
    ShopDatabase<ShopContext> _database = null!;
    ShopListener _listener = null!;

    [OneTimeSetUp]
    public async Task CreateDatabaseAsync()
    {
        _database = await ShopDatabase<ShopContext>.CreateAsync(options => new ShopContext(options));
        _listener = _database.Listen();
        await _database.ExecuteAsync("""
            create view order_totals as select l."OrderId", sum(l."Quantity" * p."Price") as "Total"
                from sales."Lines" l join "Products" p on p."Id" = l."ProductId" group by l."OrderId";
            create function sales_of(product int) returns table ("ProductId" int, "Quantity" bigint) language sql stable
                as $$ select "ProductId", sum("Quantity") from sales."Lines" where "ProductId" = product group by "ProductId" $$;
            create function score(customer int) returns int language plpgsql stable
                as $$ begin return (select count(*) from sales."Orders" where "CustomerId" = customer); end $$;
            """);
        await _database.SaveAsync(db =>
        {
            var product = new Product { Name = "apple", Price = 3, Sizes = [1, 2], Category = new Category { Name = "fruit" } };
            db.Add(new Order
            {
                Customer = new Customer { Name = "Ann", Country = "NO", Detail = new CustomerDetail() },
                Lines = [new OrderLine { Product = product, Quantity = 2 }],
                Tags = [new Tag { Name = "new" }],
                Notes = [new Note { Text = "hello" }],
                Extra = new OrderExtra { Steps = [new OrderStep { Minutes = 3 }] },
            });
            db.Add(new Bank { Name = "bank" });
            db.Add(new Article { Author = new Author { Publisher = new Publisher() } });
            db.AddRange(new Car(), new Truck(), new Invoice(), new Receipt(), new Profile());
        });
    }

    [OneTimeTearDown]
    public async Task DropDatabaseAsync()
    {
        await _listener.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCaseSource(typeof(QueryShapes), nameof(QueryShapes.All))]
    public async Task TheTablesFoundAreThoseThatTheStatementReads(object shape)
    {
        var query = (QueryShape)shape;
        foreach (var isAsync in new[] { false, true })
        {
            var (found, locked) = await ExecuteAsync(query, isAsync);
            Assert.That(locked, Is.Not.Empty, "PostgreSQL locks what a statement reads");
            Assert.That(found, Is.EquivalentTo(locked), isAsync ? "asynchronously" : "synchronously");
        }
    }

    [Test]
    public void ThereAreAtLeastFortyShapes() => Assert.That(QueryShapes.All.Count(), Is.AtLeast(40));

    async Task<(IReadOnlyCollection<string> Found, IReadOnlyCollection<string> Locked)> ExecuteAsync(QueryShape shape, bool isAsync)
    {
        IReadOnlyCollection<string>? locked = null;
        var results = new Recorder<int>();
        using var live = _database.LiveQuery(
            _listener.Listener,
            async (db, cancellation) =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
                if (isAsync)
                    await shape.ExecuteAsync(db);
                else
                    shape.Execute(db);
                locked = await LockedAsync(transaction);
                return 0;
            }).Subscribe(results);
        await results.UntilEndedAsync();
        Assert.That(results.Error, Is.InstanceOf<InvalidOperationException>());
        Assert.That(locked, Is.Not.Null, results.Error!.ToString());
        Assert.That(results.Error.Message, Does.Not.Contain("can't be seen"));
        return ([.. Table().Matches(results.Error.Message).Select(match => match.Groups["table"].Value)], locked!);
    }

    static async Task<IReadOnlyCollection<string>> LockedAsync(IDbContextTransaction transaction)
    {
        var own = (NpgsqlTransaction)transaction.GetDbTransaction();
        await using var command = new NpgsqlCommand(
            """
            select distinct case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname
            from pg_locks l join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace
            where l.pid = pg_backend_pid() and l.locktype = 'relation' and l.mode in ('AccessShareLock', 'RowExclusiveLock')
            and c.relkind in ('r', 'p') and n.nspname in ('public', 'sales')
            """,
            own.Connection,
            own);
        await using var reader = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await reader.ReadAsync())
            tables.Add(reader.GetString(0));
        return tables;
    }

    [GeneratedRegex(@"(: |; )(?<table>\S+)( \(of [^;]*?\))? has no change notifications", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Table();
}
