using Microsoft.EntityFrameworkCore;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>The same model, with change notifications for all its tables.</summary>
public class NotifyingShopContext(DbContextOptions options) : ShopContext(options)
{
    protected override void Notify(ModelBuilder modelBuilder) => modelBuilder.HasChangeNotifications();
}
