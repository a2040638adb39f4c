using Microsoft.EntityFrameworkCore;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<OrderId>().HaveConversion<OrderIdConverter>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Order>(entity =>
        {
            entity.HasChangeNotifications(o => o.Payload = TriggerPayload.Rows);
            entity.HasKey(e => e.Id);
            entity.Property("_secret").HasColumnName("Secret");
            entity.Property(e => e.ReadOnly).HasField("_readOnlyField");
            entity.ComplexProperty(e => e.Shipping);
            entity.ComplexProperty(e => e.Billing);
            entity.ComplexProperty(e => e.Total);
            entity.ComplexProperty(e => e.Extra, extra =>
            {
                extra.ToJson();
                extra.ComplexProperty(e => e.Inner);
                extra.ComplexCollection(e => e.Inners);
            });
            entity.OwnsOne(e => e.Contact, contact => contact.WithOwner(c => c.Order));
            entity.Navigation(e => e.Contact).IsRequired();
            entity.OwnsOne(e => e.Deputy, deputy => deputy.WithOwner(c => c.Order));
            entity.OwnsOne(e => e.Details, details => details.ToJson().OwnsOne(d => d.Inner));
            entity.OwnsMany(e => e.Lines, lines => lines.ToJson("the_lines"));
            entity.Property(e => e.Version).IsRowVersion();
            entity.Property(e => e.Loud).HasComputedColumnSql("upper(\"Customer\")", stored: true);
        });
        modelBuilder.Entity<Note>(entity =>
        {
            entity.Property<int>("NoteId");
            entity.HasKey("NoteId");
            entity.HasChangeNotifications(o => o.Payload = TriggerPayload.Keys);
        });
        modelBuilder.Entity<Animal>().HasChangeNotifications(o =>
        {
            o.Payload = TriggerPayload.Rows;
            o.IncludeOld = true;
        });
        modelBuilder.Entity<Cat>();
        modelBuilder.Entity<Dog>();
        modelBuilder.Entity<Puppy>();
        modelBuilder.Entity<Shape>().UseTpcMappingStrategy().HasChangeNotifications(o => o.Payload = TriggerPayload.Rows);
        modelBuilder.Entity<Circle>();
        modelBuilder.Entity<Square>();
        modelBuilder.Entity<Person>().UseTptMappingStrategy().HasChangeNotifications(o => o.Payload = TriggerPayload.Rows);
        modelBuilder.Entity<Employee>();
        modelBuilder.Entity<Stock>(entity =>
        {
            entity.HasKey(e => new { e.Tenant, e.Batch });
            entity.HasChangeNotifications(o =>
            {
                o.Payload = TriggerPayload.Keys;
                o.Channel = "shared";
            });
        });
        modelBuilder.Entity<Odd>(entity =>
        {
            entity.ToTable("Stock", "Odd \"schema\"");
            entity.HasKey(e => e.Key);
            entity.Property(e => e.Key).HasColumnName("KEY").ValueGeneratedNever();
            entity.Property(e => e.Value).HasColumnName("key");
            entity.HasChangeNotifications(o =>
            {
                o.Payload = TriggerPayload.Rows;
                o.Channel = "shared";
            });
        });
        modelBuilder.Entity<Partly>(entity =>
        {
            entity.ComplexProperty(e => e.Address);
            entity.HasChangeNotifications(o =>
            {
                o.Payload = TriggerPayload.Columns;
                o.Properties = ["Id", "Shown"];
            });
        });
        modelBuilder.Entity<Lazily>().HasChangeNotifications(o => o.Payload = TriggerPayload.Rows);
        modelBuilder.Entity<Bare>().HasChangeNotifications();
        modelBuilder.Entity<Silent>();
    }

    sealed class OrderIdConverter() : Microsoft.EntityFrameworkCore.Storage.ValueConversion.ValueConverter<OrderId, Guid>(id => id.Value, value => new OrderId(value));
}
