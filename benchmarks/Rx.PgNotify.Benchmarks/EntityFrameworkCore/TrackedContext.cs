using Microsoft.EntityFrameworkCore;

namespace Rx.PgNotify.Benchmarks.EntityFrameworkCore;

/// <summary>One table, with change notifications.</summary>
sealed class TrackedContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<Item> Items => Set<Item>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Item>();
        modelBuilder.HasChangeNotifications();
    }

    internal sealed class Item
    {
        public int Id { get; set; }

        public string Name { get; set; } = "";
    }
}
