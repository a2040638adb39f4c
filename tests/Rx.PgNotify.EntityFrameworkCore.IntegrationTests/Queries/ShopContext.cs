using Microsoft.EntityFrameworkCore;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>A model with one of everything that decides which tables a query reads. Its tables have no change notifications.</summary>
public class ShopContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<Customer> Customers => Set<Customer>();

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<OrderLine> Lines => Set<OrderLine>();

    public DbSet<Product> Products => Set<Product>();

    public DbSet<Category> Categories => Set<Category>();

    public DbSet<Tag> Tags => Set<Tag>();

    public DbSet<Payment> Payments => Set<Payment>();

    public DbSet<Vehicle> Vehicles => Set<Vehicle>();

    public DbSet<Paper> Papers => Set<Paper>();

    public DbSet<Article> Articles => Set<Article>();

    public DbSet<Author> Authors => Set<Author>();

    public DbSet<Profile> Profiles => Set<Profile>();

    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    public IQueryable<ProductSale> SalesOf(int product) => FromExpression(() => SalesOf(product));

    public static int Score(int customer) => throw new NotSupportedException();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Customer>().HasOne(c => c.Detail).WithOne().HasForeignKey<CustomerDetail>(d => d.Id);
        modelBuilder.Entity<CustomerDetail>().ToTable("Customers");
        modelBuilder.Entity<Order>(order =>
        {
            order.ToTable("Orders", "sales");
            order.OwnsOne(o => o.Shipping);
            order.OwnsMany(o => o.Notes).ToTable("OrderNotes", "sales");
            order.OwnsOne(o => o.Extra, extra => extra.ToJson().OwnsMany(e => e.Steps));
        });
        modelBuilder.Entity<OrderLine>().ToTable("Lines", "sales");
        modelBuilder.Entity<CashPayment>();
        modelBuilder.Entity<CardPayment>();
        modelBuilder.Entity<Vehicle>().UseTptMappingStrategy();
        modelBuilder.Entity<Car>().ToTable("Cars");
        modelBuilder.Entity<Truck>().ToTable("Trucks");
        modelBuilder.Entity<Paper>().UseTpcMappingStrategy();
        modelBuilder.Entity<Invoice>().ToTable("Invoices");
        modelBuilder.Entity<Receipt>().ToTable("Receipts");
        modelBuilder.Entity<Article>().HasQueryFilter(article => !article.Author.IsBlocked);
        modelBuilder.Entity<Author>().Navigation(author => author.Publisher).AutoInclude();
        modelBuilder.Entity<Profile>().ToTable("Profiles").SplitToTable("ProfileTexts", texts => texts.Property(profile => profile.Biography));
        modelBuilder.Entity<AuditEntry>().HasNoKey().ToTable("Audit");
        modelBuilder.Entity<OrderTotal>().HasNoKey().ToView("order_totals");
        modelBuilder.Entity<CountryCount>().HasNoKey()
            .ToSqlQuery("""select "Country", count(*)::int as "Customers" from "Customers" group by "Country" """);
        modelBuilder.Entity<ProductSale>().HasNoKey().ToTable((string?)null);
        modelBuilder.HasDbFunction(() => SalesOf(0)).HasName("sales_of");
        modelBuilder.HasDbFunction(typeof(ShopContext).GetMethod(nameof(Score))!).HasName("score");
        Notify(modelBuilder);
    }

    protected virtual void Notify(ModelBuilder modelBuilder)
    {
    }
}
