using Microsoft.EntityFrameworkCore;

#pragma warning disable CA1806 // a query is executed for what it reads

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>One way to write a query, executed both ways.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Execute">Synchronously.</param>
/// <param name="ExecuteAsync">Asynchronously.</param>
sealed record QueryShape(string Name, Action<ShopContext> Execute, Func<ShopContext, Task> ExecuteAsync)
{
    public override string ToString() => Name;

    /// <summary>All elements of a query.</summary>
    public static QueryShape Of<T>(string name, Func<ShopContext, IQueryable<T>> query) => new(
        name, db => query(db).ToList(), db => query(db).ToListAsync());
}
