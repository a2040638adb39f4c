using Microsoft.EntityFrameworkCore;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

#pragma warning disable CA1304, CA1311, CA1310, CA1862, CA1866, MA0011, MA0006 // what stands in queries is translated to SQL
#pragma warning disable CA1806 // a query is executed for what it reads

/// <summary>Queries as they are written, in every way that brings a table into them.</summary>
static class QueryShapes
{
    static readonly int[] s_ids = [1, 2, 3];
    static readonly string? s_nothing = Environment.GetEnvironmentVariable("PGNOTIFY_NO_SUCH_VARIABLE");

    static readonly Func<ShopContext, int, IEnumerable<Order>> s_compiled = EF.CompileQuery(
        (ShopContext db, int customer) => db.Orders.Where(order => order.CustomerId == customer).Include(order => order.Lines));

    static readonly Func<ShopContext, int, IAsyncEnumerable<Order>> s_compiledAsync = EF.CompileAsyncQuery(
        (ShopContext db, int customer) => db.Orders.Where(order => order.CustomerId == customer).Include(order => order.Lines));

    static readonly Func<ShopContext, int, int> s_compiledCount = EF.CompileQuery(
        (ShopContext db, int least) => db.Customers.Count(customer => customer.Orders.Count > least));

    static readonly Func<ShopContext, int, Task<int>> s_compiledCountAsync = EF.CompileAsyncQuery(
        (ShopContext db, int least) => db.Customers.Count(customer => customer.Orders.Count > least));

    public static IEnumerable<QueryShape> All => [.. Roots, .. Navigations, .. Subqueries, .. Joins, .. Groups, .. Sets, .. Inheritance, .. Parts, .. Others, .. Terminals];

    static IEnumerable<QueryShape> Roots =>
    [
        QueryShape.Of("Root", db => db.Customers),
        QueryShape.Of("Root_InAnotherSchema", db => db.Lines),
        QueryShape.Of("Root_WithoutAKey", db => db.Audit),
        QueryShape.Of("Where_Skip_Take_Distinct", db => db.Products.Where(p => p.Price > 1).Distinct().OrderBy(p => p.Name).Skip(1).Take(2)),
        QueryShape.Of("Set_OfATypeGivenAtRunTime", db => ((IQueryable<object>)db.GetType().GetMethod(nameof(DbContext.Set), [])!
            .MakeGenericMethod(typeof(Bank)).Invoke(db, null)!)),
        QueryShape.Of("Tracking", db => db.Products.AsTracking().Include(p => p.Category)),
        QueryShape.Of("NoTrackingWithIdentityResolution", db => db.Lines.AsNoTrackingWithIdentityResolution().Include(l => l.Product)),
    ];

    static IEnumerable<QueryShape> Navigations =>
    [
        QueryShape.Of("Where_OverANavigation", db => db.Orders.Where(o => o.Customer.Name == "x")),
        QueryShape.Of("Where_OverTwoNavigations", db => db.Lines.Where(l => l.Order.Customer.Country == "x" && l.Product.Category!.Name == "y")),
        QueryShape.Of("OrderBy_OverANavigation", db => db.Orders.OrderBy(o => o.Customer.Country)),
        QueryShape.Of("Select_OverANavigation", db => db.Products.Select(p => p.Category!.Parent!.Name)),
        QueryShape.Of("Include_OfAReference", db => db.Orders.Include(o => o.Customer)),
        QueryShape.Of("Include_OfACollection_ThenInclude", db => db.Orders.Include(o => o.Lines).ThenInclude(l => l.Product).ThenInclude(p => p.Category)),
        QueryShape.Of("Include_Filtered", db => db.Orders.Include(o => o.Lines.Where(l => l.Product.Price > 1).OrderBy(l => l.Product.Category!.Name))),
        QueryShape.Of("Include_ManyToMany", db => db.Orders.Include(o => o.Tags)),
        QueryShape.Of("Include_ManyToMany_Filtered", db => db.Tags.Include(t => t.Orders.Where(o => o.Customer.Country == "x"))),
        QueryShape.Of("Include_ByName", db => db.Customers.Include("Orders.Lines.Product")),
        QueryShape.Of("Where_OverASkipNavigation", db => db.Tags.Where(t => t.Orders.Any(o => o.Status == "open"))),
        QueryShape.Of("AutoInclude", db => db.Authors),
        QueryShape.Of("AutoInclude_Ignored", db => db.Authors.IgnoreAutoIncludes()),
        QueryShape.Of("SelfReference", db => db.Categories.Where(c => c.Parent!.Parent!.Name == "x")),
        QueryShape.Of("Split", db => db.Customers.AsSplitQuery().Include(c => c.Orders).ThenInclude(o => o.Lines).ThenInclude(l => l.Product)),
        QueryShape.Of("Split_ManyToMany_Filtered", db => db.Orders.AsSplitQuery().Include(o => o.Tags.Where(t => t.Name != "x")).Include(o => o.Notes)),
        QueryShape.Of("Split_OfAProjection", db => db.Customers.AsSplitQuery().OrderBy(c => c.Id).Select(c => new { c.Name, Lines = c.Orders.SelectMany(o => o.Lines).ToList() })),
    ];

    static IEnumerable<QueryShape> Subqueries =>
    [
        QueryShape.Of("Any_InWhere", db => db.Customers.Where(c => c.Orders.Any(o => o.Lines.Any(l => l.Quantity > 5)))),
        QueryShape.Of("All_InWhere", db => db.Orders.Where(o => o.Lines.All(l => l.Product.Price > 0))),
        QueryShape.Of("Contains_OfASubquery", db => db.Orders.Where(o => db.Customers.Where(c => c.Country == "x").Select(c => c.Id).Contains(o.CustomerId))),
        QueryShape.Of("Contains_OfAnArrayParameter", db => db.Orders.Where(o => s_ids.Contains(o.Id))),
        QueryShape.Of("Contains_OfAComposedArrayParameter", db => db.Orders.Where(o => s_ids.Where(id => id > 1).Contains(o.Id))),
        QueryShape.Of("Scalar_InWhere", db => db.Products.Where(p => p.Price == db.Products.Max(other => other.Price) && db.Banks().Count() > 0)),
        QueryShape.Of("Scalar_InProjection", db => db.Customers.Select(c => new { c.Name, Open = db.Orders.Count(o => o.CustomerId == c.Id) })),
        QueryShape.Of("First_InProjection", db => db.Customers.Select(c => new { c.Name, Last = c.Orders.OrderByDescending(o => o.Id).Select(o => o.Status).FirstOrDefault() })),
        QueryShape.Of("FirstEntity_InProjection", db => db.Customers.Select(c => c.Orders.OrderByDescending(o => o.Id).FirstOrDefault())),
        QueryShape.Of("Collection_InProjection", db => db.Customers.Select(c => new { c.Name, Counts = c.Orders.Select(o => o.Lines.Count).ToList() })),
        QueryShape.Of("Subquery_InOrderBy", db => db.Customers.OrderBy(c => c.Orders.Sum(o => o.Lines.Sum(l => l.Quantity)))),
        QueryShape.Of("Subquery_InSkip", db => db.Products.OrderBy(p => p.Id).Where(p => p.Id > db.Categories.Count())),
        QueryShape.Of("Conditional_OverASubquery", db => db.Customers.Select(c => c.Country == "x" ? c.Orders.Count : db.Lines.Count())),
        QueryShape.Of("Parameter_ThatIsNull", db => db.Customers.Where(c => s_nothing == null || c.Orders.Any(o => o.Status == s_nothing))),
        QueryShape.Of("Let", db => from c in db.Customers let newest = c.Orders.Max(o => (int?)o.Id) where newest > 0 select new { c.Name, newest }),
    ];

    static IEnumerable<QueryShape> Joins =>
    [
        QueryShape.Of("Join", db => db.Orders.Join(db.Customers, o => o.CustomerId, c => c.Id, (o, c) => new { o.Id, c.Name })),
        QueryShape.Of("LeftJoin", db => db.Products.LeftJoin(db.Categories, p => p.CategoryId, c => c.Id, (p, c) => new { p.Name, Category = c!.Name })),
        QueryShape.Of("RightJoin", db => db.Products.RightJoin(db.Categories, p => p.CategoryId, c => c.Id, (p, c) => new { p!.Name, Category = c.Name })),
        QueryShape.Of("GroupJoin", db => from c in db.Customers join o in db.Orders on c.Id equals o.CustomerId into orders from o in orders.DefaultIfEmpty() select new { c.Name, o!.Status }),
        QueryShape.Of("CrossJoin", db => from t in db.Tags from b in db.Banks() select new { Tag = t.Name, Bank = b.Name }),
        QueryShape.Of("SelectMany", db => db.Customers.SelectMany(c => c.Orders)),
        QueryShape.Of("SelectMany_Lateral", db => db.Customers.SelectMany(c => c.Orders.OrderBy(o => o.Id).Take(2).DefaultIfEmpty(), (c, o) => new { c.Name, o!.Status })),
        QueryShape.Of("SelectMany_OfAnotherSet", db => db.Customers.SelectMany(c => db.Authors.IgnoreAutoIncludes().Where(a => a.Name == c.Name))),
    ];

    static IEnumerable<QueryShape> Groups =>
    [
        QueryShape.Of("GroupBy", db => db.Orders.GroupBy(o => o.Status).Select(g => new { g.Key, Count = g.Count() })),
        QueryShape.Of("GroupBy_OverNavigations_Having", db => db.Lines.GroupBy(l => l.Product.Category!.Name).Where(g => g.Sum(l => l.Quantity) > 0).Select(g => new { g.Key, Most = g.Max(l => l.Order.Id) })),
        QueryShape.Of("GroupBy_WithASubqueryOfTheGroup", db => db.Orders.GroupBy(o => o.CustomerId).Select(g => g.OrderByDescending(o => o.Id).First())),
        QueryShape.Of("GroupBy_AtTheEnd", db => db.Orders.Include(o => o.Lines).GroupBy(o => o.Status)),
    ];

    static IEnumerable<QueryShape> Sets =>
    [
        QueryShape.Of("Union", db => db.Customers.Select(c => c.Name).Union(db.Products.Select(p => p.Name))),
        QueryShape.Of("Concat", db => db.Customers.Select(c => c.Name).Concat(db.Tags.Select(t => t.Name)).Concat(db.Categories.Select(c => c.Name))),
        QueryShape.Of("Except", db => db.Customers.Select(c => c.Name).Except(db.Authors.Select(a => a.Name))),
        QueryShape.Of("Intersect", db => db.Customers.Select(c => c.Id).Intersect(db.Orders.Select(o => o.CustomerId))),
        QueryShape.Of("Union_InASubquery", db => db.Products.Where(p => db.Tags.Select(t => t.Name).Union(db.Categories.Select(c => c.Name)).Contains(p.Name))),
        QueryShape.Of("Union_OfEntities_ThenInclude", db => db.Products.Where(p => p.Id > 1).Union(db.Products.Where(p => p.Name == "x")).Include(p => p.Category)),
    ];

    static IEnumerable<QueryShape> Inheritance =>
    [
        QueryShape.Of("OneTable", db => db.Payments),
        QueryShape.Of("OneTable_OfType_Include", db => db.Payments.OfType<CardPayment>().Include(p => p.Bank)),
        QueryShape.Of("OneTable_IncludeOfADerivedType", db => db.Payments.Include(p => ((CardPayment)p).Bank).Include(p => p.Order)),
        QueryShape.Of("ATableForEachType", db => db.Vehicles),
        QueryShape.Of("ATableForEachType_OfType", db => db.Vehicles.OfType<Truck>()),
        QueryShape.Of("ATableForEachType_OfTheBase", db => db.Vehicles.Select(v => v.Plate)),
        QueryShape.Of("ATableForEachConcreteType", db => db.Papers),
        QueryShape.Of("ATableForEachConcreteType_OfType", db => db.Papers.OfType<Receipt>()),
        QueryShape.Of("ATableForEachConcreteType_InASubquery", db => db.Tags.Where(t => db.Papers.Any(p => p.Number == t.Name))),
    ];

    static IEnumerable<QueryShape> Parts =>
    [
        QueryShape.Of("SharedTable", db => db.Customers.Include(c => c.Detail)),
        QueryShape.Of("Owned_InTheOwnersTable", db => db.Orders.Select(o => o.Shipping.City)),
        QueryShape.Of("Owned_InItsOwnTable", db => db.Orders.Where(o => o.Notes.Any(n => n.Text == "x")).Select(o => o.Id)),
        QueryShape.Of("Json_Property", db => db.Orders.Where(o => o.Extra.Source == "x").Select(o => o.Id)),
        QueryShape.Of("Json_Collection", db => db.Orders.Where(o => o.Extra.Steps.Count(s => s.Minutes > 1) > 0).Select(o => o.Id)),
        QueryShape.Of("Json_SelectMany", db => db.Orders.AsNoTracking().SelectMany(o => o.Extra.Steps.Where(s => s.Minutes > 1))),
        QueryShape.Of("Array", db => db.Products.Where(p => p.Sizes.Any(s => s > 1)).Select(p => new { p.Name, Largest = p.Sizes.Max() })),
        QueryShape.Of("Array_SelectMany", db => db.Products.SelectMany(p => p.Sizes)),
        QueryShape.Of("SplitEntity", db => db.Profiles),
        QueryShape.Of("SplitEntity_OnePart", db => db.Profiles.Select(p => p.Nick)),
        QueryShape.Of("Filter", db => db.Articles),
        QueryShape.Of("Filter_Ignored", db => db.Articles.IgnoreQueryFilters()),
        QueryShape.Of("Filter_InASubquery", db => db.Tags.Where(t => db.Articles.Any(a => a.Title == t.Name))),
    ];

    static IEnumerable<QueryShape> Others =>
    [
        QueryShape.Of("Raw_Declared", db => db.Orders.FromSql($"""select * from sales."Orders" where "Id" > {s_ids[0] - 1}""").Reads().Include(o => o.Customer)),
        QueryShape.Of("Raw_ThatReadsNothingElse", db => db.Orders.FromSql($"""select * from sales."Orders" """).ReadsNothingElse()),
        QueryShape.Of("Raw_DeclaredByName", db => db.Audit.FromSqlRaw("""select a."Text" from "Audit" a cross join "Customers" """).Reads("Audit").Reads("Customers")),
        QueryShape.Of("Raw_DeclaredAfterComposition", db => db.Customers.FromSqlRaw("""select c.* from "Customers" c join sales."Orders" o on c."Id" = o."CustomerId" """).Where(c => c.Name != "x").Select(c => c.Name).Reads("Orders", "sales").ReadsTablesOf(typeof(Customer)).Distinct()),
        QueryShape.Of("Raw_OfAScalar", db => db.Database.SqlQuery<int>($"""select count(*)::int as "Value" from "Customers" """).ReadsTablesOf(typeof(Customer)).Where(n => n >= 0)),
        QueryShape.Of("Raw_InASubquery", db => db.Tags.Where(t => db.Customers.FromSqlRaw("""select * from "Customers" """).Reads().Any(c => c.Name == t.Name))),
        QueryShape.Of("Raw_Declared_Split", db => db.Orders.FromSqlRaw("""select * from sales."Orders" """).Reads().AsSplitQuery().Include(o => o.Lines).Include(o => o.Tags)),
        QueryShape.Of("View_Declared", db => db.Set<OrderTotal>().Where(t => t.Total >= 0).Reads("Lines", "sales").ReadsTablesOf(typeof(Product))),
        QueryShape.Of("SqlQueryOfTheModel_Declared", db => db.Set<CountryCount>().ReadsTablesOf(typeof(Customer))),
        QueryShape.Of("TableFunction_Declared", db => db.SalesOf(1).ReadsTablesOf(typeof(OrderLine))),
        QueryShape.Of("TableFunction_Joined", db => db.Products.SelectMany(p => db.SalesOf(p.Id)).ReadsTablesOf(typeof(OrderLine))),
        QueryShape.Of("ScalarFunction_Declared", db => db.Customers.Where(c => ShopContext.Score(c.Id) >= 0).Reads("Orders", "sales")),
        QueryShape.Of("BuiltInFunctions", db => db.Products.Where(p => EF.Functions.ILike(p.Name, "%a%") && p.Name.ToUpper().StartsWith("A") && p.Name.Length > Math.Abs(1)).Select(p => p.Name + "," + p.Price)),
        QueryShape.Of("Aggregates_OfStrings", db => db.Orders.GroupBy(o => o.Customer.Country).Select(g => string.Join(",", g.Select(o => o.Status)))),
    ];

    static IEnumerable<QueryShape> Terminals =>
    [
        new("Count", db => db.Orders.Count(o => o.Customer.Name == "x"), db => db.Orders.CountAsync(o => o.Customer.Name == "x")),
        new("Max_OverANavigation", db => db.Lines.Max(l => (decimal?)l.Product.Price), db => db.Lines.MaxAsync(l => (decimal?)l.Product.Price)),
        new("Any", db => db.Tags.Any(), db => db.Tags.AnyAsync()),
        new("FirstOrDefault_Include", db => db.Orders.Include(o => o.Lines).OrderBy(o => o.Id).FirstOrDefault(), db => db.Orders.Include(o => o.Lines).OrderBy(o => o.Id).FirstOrDefaultAsync()),
        new("Contains_AtTheEnd", db => db.Products.Select(p => p.Category!.Id).Contains(1), db => db.Products.Select(p => p.Category!.Id).ContainsAsync(1)),
        new("ToDictionary", db => db.Banks().ToDictionary(b => b.Id), db => db.Banks().ToDictionaryAsync(b => b.Id)),
        new("ForEach_LeftEarly", db => db.Customers.AsEnumerable().First(), async db =>
        {
            await foreach (var _ in db.Customers.AsAsyncEnumerable())
                break;
        }),
        new("Find", db => db.Find<Product>(1), async db => await db.FindAsync<Product>(1)),
        new("Load_OfACollection", db => db.Entry(db.Customers.AsTracking().First()).Collection(c => c.Orders).Load(), async db => await db.Entry(await db.Customers.AsTracking().FirstAsync()).Collection(c => c.Orders).LoadAsync()),
        new("Load_OfAReference", db => db.Entry(db.Lines.AsTracking().First()).Reference(l => l.Product).Load(), async db => await db.Entry(await db.Lines.AsTracking().FirstAsync()).Reference(l => l.Product).LoadAsync()),
        new("Query_OfACollection", db => db.Entry(db.Orders.AsTracking().First()).Collection(o => o.Lines).Query().Count(l => l.Product.Price > 0), async db => await db.Entry(await db.Orders.AsTracking().FirstAsync()).Collection(o => o.Lines).Query().CountAsync(l => l.Product.Price > 0)),
        new("Reload", db => db.Entry(db.Banks().AsTracking().First()).Reload(), async db => await db.Entry(await db.Banks().AsTracking().FirstAsync()).ReloadAsync()),
        new("DatabaseValues", db => db.Entry(new Tag { Id = 1 }).GetDatabaseValues(), db => db.Entry(new Tag { Id = 1 }).GetDatabaseValuesAsync()),
        new("Compiled", db => s_compiled(db, 1).ToList(), async db => await s_compiledAsync(db, 1).ToListAsync()),
        new("Compiled_Scalar", db => s_compiledCount(db, 0), db => s_compiledCountAsync(db, 0)),
        new("SeveralQueries", db => _ = db.Tags.Count() + db.Vehicles.Count(), async db => _ = await db.Tags.CountAsync() + await db.Vehicles.CountAsync()),
        new("ExecuteUpdate", db => db.Products.Where(p => p.Category!.Name == "x").ExecuteUpdate(s => s.SetProperty(p => p.Price, 2)), db => db.Products.Where(p => p.Category!.Name == "x").ExecuteUpdateAsync(s => s.SetProperty(p => p.Price, 2))),
        new("ExecuteUpdate_OfWhatIsDeclared", db => db.Products.Where(p => ShopContext.Score(p.Id) > 9).Reads("Orders", "sales").ExecuteUpdate(s => s.SetProperty(p => p.Price, 2)), db => db.Products.Where(p => ShopContext.Score(p.Id) > 9).Reads("Orders", "sales").ExecuteUpdateAsync(s => s.SetProperty(p => p.Price, 2))),
        new("ExecuteUpdate_FromAnotherTable", db => db.Products.ExecuteUpdate(s => s.SetProperty(p => p.Price, p => db.Lines.Count(l => l.ProductId == p.Id))), db => db.Products.ExecuteUpdateAsync(s => s.SetProperty(p => p.Price, p => db.Lines.Count(l => l.ProductId == p.Id)))),
    ];

    static DbSet<Bank> Banks(this ShopContext db) => db.Set<Bank>();
}
