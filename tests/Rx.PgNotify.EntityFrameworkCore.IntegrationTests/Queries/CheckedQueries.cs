using System.Reactive.Linq;
using Microsoft.EntityFrameworkCore;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>The live queries of the random check: of both forms, over one table and over many, and some that switch.</summary>
static class CheckedQueries
{
    public static IReadOnlyList<CheckedQuery> Subscribe(ShopDatabase<NotifyingShopContext> database, PgListener listener)
    {
        var queries = new List<CheckedQuery>
        {
            List("banks", db => db.Set<Bank>().OrderBy(b => b.Id).Select(b => $"{b.Id}")),
            List("orders", db => db.Orders.OrderBy(o => o.Id).Select(o => $"{o.Id} {o.Status} {o.Customer.Name} {o.Notes.Count} {o.Tags.Count} {o.Lines.Sum(l => l.Quantity * l.Product.Price)}")),
            List("customers", db => db.Customers.OrderBy(c => c.Id).Select(c => $"{c.Name} {c.Orders.Count(o => o.Status == "open")}")),
            List("split", db => db.Orders.AsSplitQuery().Include(o => o.Lines).Include(o => o.Tags).OrderBy(o => o.Id), o => $"{o.Id} {o.Lines.Count} {o.Tags.Count} {o.Notes.Count}"),
            List("filtered", db => db.Articles.OrderBy(a => a.Id).Select(a => a.Title)),
            List("vehicles", db => db.Vehicles.OrderBy(v => v.Id), v => $"{v.Plate} {(v as Car)?.Doors}"),
            List("papers", db => db.Papers.OrderBy(p => p.Id).Select(p => p.Number)),
            List("raw", db => db.Audit.FromSqlRaw("""select * from "Audit" """).Reads().OrderBy(a => a.Text).Select(a => a.Text)),
            List("union", db => db.Tags.Select(t => t.Name).Union(db.Products.Select(p => p.Name)).OrderBy(name => name)),
            Single("dashboard", async (db, ct) => $"{await db.Tags.CountAsync(ct)} {await db.Products.SumAsync(p => p.Price, ct)} {await db.Audit.CountAsync(ct)}"),
        };
        for (var i = 0; i < 4; i++)
            queries.Add(Single($"switching {i}", Switching(i)));
        return queries;

        CheckedQuery List<T>(string name, Func<NotifyingShopContext, IQueryable<T>> query, Func<T, string>? show = null)
        {
            return new CheckedQuery(
                name,
                failed => database.LiveQuery(listener, query, Options(failed)).Select(Show),
                async () =>
                {
                    await using var db = database.CreateDbContext();
                    return Show(await query(db).AsAsyncEnumerable().ToListAsync());
                });

            string Show(IReadOnlyList<T> list) => string.Join(';', list.Select(item => show is null ? $"{item}" : show(item)));
        }

        CheckedQuery Single(string name, Func<NotifyingShopContext, CancellationToken, Task<string>> query) => new(
            name,
            failed => database.LiveQuery(listener, query, Options(failed)),
            async () =>
            {
                await using var db = database.CreateDbContext();
                return await query(db, CancellationToken.None);
            });
    }

    static EntityLiveQueryOptions Options(Action<Exception> failed) => new()
    {
        Quiet = TimeSpan.FromMilliseconds(30),
        MaxWait = TimeSpan.FromMilliseconds(200),
        QueryFailed = failed,
        RetryDelay = TimeSpan.FromMilliseconds(50),
    };

    // The newest tag says what is read.
    static Func<NotifyingShopContext, CancellationToken, Task<string>> Switching(int which) => async (db, ct) =>
    {
        var mode = await db.Tags.OrderByDescending(t => t.Id).Select(t => t.Name).FirstOrDefaultAsync(ct) ?? "mode 0";
        return ((mode[^1] - '0' + which) % 4) switch
        {
            0 => $"banks {await db.Set<Bank>().CountAsync(ct)}",
            1 => $"products {await db.Products.SumAsync(p => p.Price, ct)}",
            2 => $"vehicles {string.Join(',', await db.Vehicles.OrderBy(v => v.Id).Select(v => v.Plate).ToListAsync(ct))}",
            _ => $"lines {await db.Lines.CountAsync(ct)} {await db.Customers.CountAsync(ct)}",
        };
    };
}
