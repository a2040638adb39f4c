using Microsoft.EntityFrameworkCore;
using Rx.PgNotify.EntityFrameworkCore;

namespace Rx.PgNotify.IntegrationTests.EntityFrameworkCore.Queries;

/// <summary>The same model, with change notifications for all its tables.</summary>
public class NotifyingShopContext(DbContextOptions options) : ShopContext(options)
{
    protected override void Notify(ModelBuilder modelBuilder) => modelBuilder.HasChangeNotifications();
}
