using Microsoft.EntityFrameworkCore;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>The same model, with change notifications for some tables, of which some leave changes out.</summary>
public class PartialShopContext(DbContextOptions options) : ShopContext(options)
{
    protected override void Notify(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Order>().HasChangeNotifications();
        modelBuilder.Entity<Product>().HasChangeNotifications(o => o.Operations = TableOperations.Insert);
        modelBuilder.Entity<Customer>().HasChangeNotifications(o => o.PropertyFilter = [nameof(Customer.Name)]);
    }
}
