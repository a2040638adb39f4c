using Microsoft.EntityFrameworkCore;
using Rx.PgNotify.Tables;
using static Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations.Entities;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>Each way to map a model to tables: triggers on the right ones, created with them.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class ModelShapeTests
{
    static IEnumerable<ModelShape> Shapes() =>
    [
        new("a table", model => model.Entity<Order>().ToTable("orders").HasChangeNotifications(), new TableTrigger("orders")),
        new(
            "all options, by properties whose columns are called otherwise",
            model => model.Entity<Order>(order =>
            {
                order.ToTable("orders");
                order.Property(o => o.Number).HasColumnName("no");
                order.Property(o => o.Status).HasColumnName("state");
                order.HasIndex(o => o.Number).IsUnique();
                order.HasChangeNotifications(o =>
                {
                    o.Channel = "prices";
                    o.Payload = TriggerPayload.Columns;
                    o.Properties = ["Number", "Amount", "Status"];
                    o.PropertyFilter = ["Status"];
                    o.KeyProperties = ["Number"];
                    o.Operations = TableOperations.Insert | TableOperations.Update;
                    o.IncludeOld = true;
                    o.RowLevel = true;
                    o.FireOnReplica = true;
                });
            }),
            new TableTrigger("orders", "prices", options: new()
            {
                Payload = TriggerPayload.Columns,
                Columns = ["no", "Amount", "state"],
                ColumnFilter = ["state"],
                KeyColumns = ["no"],
                Operations = TableOperations.Insert | TableOperations.Update,
                IncludeOld = true,
                RowLevel = true,
                FireOnReplica = true,
            })),
        new(
            "an attribute", model => model.Entity<Marked>(),
            new TableTrigger("Marked", "marked", options: new() { Payload = TriggerPayload.Keys, Operations = TableOperations.Insert | TableOperations.Delete })),
        new("an attribute that the model overrides", model => model.Entity<Marked>().HasChangeNotifications(), new TableTrigger("Marked")),
        new("an attribute that the model takes back", model => model.Entity<Marked>().HasNoChangeNotifications()),
        new(
            "a table that its entity type reads through a view",
            model => model.Entity<Order>().ToTable("orders").ToView("order_list").HasChangeNotifications(), new TableTrigger("orders")),
        new(
            "one table for a hierarchy",
            model =>
            {
                model.Entity<Animal>().ToTable("animals").HasChangeNotifications(o =>
                {
                    o.Payload = TriggerPayload.Columns;
                    o.Properties = ["Id", "Size"];
                });
                model.Entity<Dog>().Property(dog => dog.Size).HasColumnName("dog_size");
                model.Entity<Cat>().Property(cat => cat.Size).HasColumnName("cat_size");
            },
            new TableTrigger("animals", options: new() { Payload = TriggerPayload.Columns, Columns = ["Id", "cat_size", "dog_size"] })),
        new(
            "a table for each type",
            model =>
            {
                model.Entity<Animal>().UseTptMappingStrategy().ToTable("animals").HasChangeNotifications();
                model.Entity<Dog>().ToTable("dogs");
                model.Entity<Cat>().ToTable("cats").HasChangeNotifications(o => o.Channel = "purring");
            },
            new TableTrigger("animals"), new TableTrigger("cats", "purring"), new TableTrigger("dogs")),
        new(
            "a table for each concrete type",
            model =>
            {
                model.Entity<Animal>().UseTpcMappingStrategy().HasChangeNotifications(o =>
                {
                    o.Payload = TriggerPayload.Rows;
                    o.PropertyFilter = ["Name"];
                });
                model.Entity<Dog>().ToTable("dogs").Property(dog => dog.Name).HasColumnName("name");
                model.Entity<Cat>().ToTable("cats").HasNoChangeNotifications();
            },
            new TableTrigger("dogs", options: new() { Payload = TriggerPayload.Rows, ColumnFilter = ["name"] })),
        new(
            "an owned type in its owner's table",
            model => model.Entity<Document>(document =>
            {
                document.ToTable("documents").Ignore(d => d.Parts).OwnsOne(d => d.Place);
                document.HasChangeNotifications(o =>
                {
                    o.Payload = TriggerPayload.Columns;
                    o.Properties = ["Id", "Place.Street"];
                    o.PropertyFilter = ["Place.City", "Place.Street"];
                });
            }),
            new TableTrigger("documents", options: new() { Payload = TriggerPayload.Columns, Columns = ["Id", "Place_Street"], ColumnFilter = ["Place_City", "Place_Street"] })),
        new(
            "owned types in tables of their own",
            model => model.Entity<Document>(document =>
            {
                document.ToTable("documents").OwnsOne(d => d.Place).ToTable("places").HasChangeNotifications(o =>
                {
                    o.Payload = TriggerPayload.Columns;
                    o.Properties = ["City"];
                });
                document.OwnsMany(d => d.Parts).ToTable("parts");
                document.HasChangeNotifications(o =>
                {
                    o.Channel = "library";
                    o.Payload = TriggerPayload.Columns;
                    o.Properties = ["Title", "Parts.Name"];
                });
            }),
            new TableTrigger("documents", "library", options: new() { Payload = TriggerPayload.Columns, Columns = ["Title"] }),
            new TableTrigger("parts", "library", options: new() { Payload = TriggerPayload.Columns, Columns = ["Name"] }),
            new TableTrigger("places", options: new() { Payload = TriggerPayload.Columns, Columns = ["City"] })),
        new(
            "an owned table that has none",
            model => model.Entity<Document>(document =>
            {
                document.ToTable("documents").HasChangeNotifications().OwnsOne(d => d.Place).ToTable("places").HasNoChangeNotifications();
                document.OwnsMany(d => d.Parts).ToTable("parts").HasNoChangeNotifications();
            }),
            new TableTrigger("documents")),
        new(
            "owned types as JSON",
            model => model.Entity<Document>(document =>
            {
                document.ToTable("documents").OwnsOne(d => d.Place).ToJson("place");
                document.OwnsMany(d => d.Parts).ToJson("parts");
                document.HasChangeNotifications(o =>
                {
                    o.Payload = TriggerPayload.Columns;
                    o.Properties = ["Id", "Place"];
                    o.PropertyFilter = ["Parts"];
                });
            }),
            new TableTrigger("documents", options: new() { Payload = TriggerPayload.Columns, Columns = ["Id", "place"], ColumnFilter = ["parts"] })),
        new(
            "a complex type",
            model => model.Entity<Document>(document =>
            {
                document.ToTable("documents").Ignore(d => d.Parts).ComplexProperty(d => d.Place).Property(place => place.City).HasColumnName("city");
                document.HasChangeNotifications(o =>
                {
                    o.Payload = TriggerPayload.Columns;
                    o.Properties = ["Id", "Place.City"];
                    o.PropertyFilter = ["Place"];
                });
            }),
            new TableTrigger("documents", options: new() { Payload = TriggerPayload.Columns, Columns = ["Id", "city"], ColumnFilter = ["city", "Place_Street"] })),
        new(
            "a complex type as JSON",
            model => model.Entity<Document>(document =>
            {
                document.ToTable("documents").Ignore(d => d.Parts).ComplexProperty(d => d.Place, place => place.ToJson("place"));
                document.HasChangeNotifications(o =>
                {
                    o.Payload = TriggerPayload.Columns;
                    o.Properties = ["Id", "Place"];
                });
            }),
            new TableTrigger("documents", options: new() { Payload = TriggerPayload.Columns, Columns = ["Id", "place"] })),
        new(
            "two entity types of one table, one of which asks",
            model =>
            {
                model.Entity<Order>().ToTable("orders").HasChangeNotifications(o => o.Payload = TriggerPayload.Rows);
                model.Entity<OrderNote>().ToTable("orders").HasOne<Order>().WithOne().HasForeignKey<OrderNote>(note => note.Id);
            },
            new TableTrigger("orders", options: new() { Payload = TriggerPayload.Rows })),
        new(
            "two entity types of one table, one of which says otherwise than the model",
            model =>
            {
                model.HasChangeNotifications();
                model.Entity<Order>().ToTable("orders").HasOne<OrderNote>().WithOne().HasForeignKey<OrderNote>(note => note.Id);
                model.Entity<OrderNote>().ToTable("orders").HasChangeNotifications(o => o.Channel = "notes");
            },
            new TableTrigger("orders", "notes")),
        new(
            "two entity types of one table that ask for the same",
            model =>
            {
                model.Entity<Order>().ToTable("orders").HasChangeNotifications(o => o.PropertyFilter = ["Id"]);
                model.Entity<OrderNote>().ToTable("orders").HasChangeNotifications(o => o.PropertyFilter = ["Id"]);
                model.Entity<OrderNote>().HasOne<Order>().WithOne().HasForeignKey<OrderNote>(note => note.Id);
            },
            new TableTrigger("orders", options: new() { ColumnFilter = ["Id"] })),
        new(
            "an entity type split over tables",
            model => model.Entity<Order>().ToTable("orders")
                .SplitToTable("amounts", table => table.Property(order => order.Amount).HasColumnName("amount"))
                .HasChangeNotifications(o =>
                {
                    o.Channel = "orders";
                    o.Payload = TriggerPayload.Columns;
                    o.Properties = ["Id", "Amount"];
                }),
            new TableTrigger("amounts", "orders", options: new() { Payload = TriggerPayload.Columns, Columns = ["Id", "amount"] }),
            new TableTrigger("orders", "orders", options: new() { Payload = TriggerPayload.Columns, Columns = ["Id"] })),
        new(
            "a table without a key",
            model => model.Entity<Total>().ToTable("totals").HasNoKey().HasChangeNotifications(o => o.Payload = TriggerPayload.RowCount),
            new TableTrigger("totals", options: new() { Payload = TriggerPayload.RowCount })),
        new(
            "a table without a key, with properties that serve as one",
            model => model.Entity<Total>().ToTable("totals").HasNoKey().HasChangeNotifications(o =>
            {
                o.Payload = TriggerPayload.Keys;
                o.KeyProperties = ["Status"];
                o.RowLevel = true;
            }),
            new TableTrigger("totals", options: new() { Payload = TriggerPayload.Keys, KeyColumns = ["Status"], RowLevel = true })),
        new(
            "all tables of a model, but for one",
            model =>
            {
                model.HasDefaultSchema("blog").HasChangeNotifications(o => o.Payload = TriggerPayload.RowCount);
                model.Entity<Post>().ToTable("posts").HasMany(post => post.Tags).WithMany(tag => tag.Posts).UsingEntity("post_tags");
                model.Entity<Tag>().ToTable("tags", "words");
                model.Entity<Order>().HasNoChangeNotifications();
                model.Entity<Total>().HasNoKey().ToView("totals");
                model.Entity<Document>().ToTable("documents").Ignore(d => d.Place).OwnsMany(d => d.Parts).ToTable("parts");
                model.Entity<Marked>().ToTable("marks").HasChangeNotifications();
            },
            new TableTrigger("documents", options: new() { Payload = TriggerPayload.RowCount }, schema: "blog"),
            new TableTrigger("marks", schema: "blog"),
            new TableTrigger("parts", options: new() { Payload = TriggerPayload.RowCount }, schema: "blog"),
            new TableTrigger("post_tags", options: new() { Payload = TriggerPayload.RowCount }, schema: "blog"),
            new TableTrigger("posts", options: new() { Payload = TriggerPayload.RowCount }, schema: "blog"),
            new TableTrigger("tags", options: new() { Payload = TriggerPayload.RowCount }, schema: "words")),
    ];

    [TestCaseSource(nameof(Shapes))]
    public async Task EnsureCreated_InstallsWhatTheModelAsksFor(ModelShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        await using var database = await MigratedDatabase.CreateAsync();
        await using var context = database.Context(shape.Describe);

        await context.Database.EnsureCreatedAsync();

        await TriggerCatalog.AssertHasAsync(database.ConnectionString, shape.Triggers);
        Assert.That(
            context.Database.GenerateChangeNotificationsScript(), Is.EqualTo(string.Join('\n', shape.Triggers.Select(trigger => trigger.InstallScript))));
    }
}
