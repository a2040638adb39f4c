using Microsoft.EntityFrameworkCore;

namespace LiveBoard;

sealed class BoardContext(DbContextOptions<BoardContext> options) : DbContext(options)
{
    public DbSet<Card> Cards => Set<Card>();

    // The triggers come with the table, whoever makes it: a migration, or EnsureCreated.
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Card>().HasChangeNotifications();
}
