using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Rx.PgNotify.Tables;
using static Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations.Entities;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>What a migration does to triggers, forth and back, on a real catalog.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class ModelDifferTests
{
    static readonly TableTriggerOptions s_keys = new() { Payload = TriggerPayload.Keys };
    static readonly TableTriggerOptions s_rows = new() { Payload = TriggerPayload.Rows };

    static IEnumerable<ModelChange> Changes() =>
    [
        new("a new trigger", Orders(_ => { }), Orders(order => order.HasChangeNotifications(), new TableTrigger("orders")), 0, 1),
        new("a new table", new("nothing", _ => { }), Orders(order => order.HasChangeNotifications(), new TableTrigger("orders")), 0, 1),
        new(
            "other options, replaced in place", Orders(order => order.HasChangeNotifications(), new TableTrigger("orders")),
            Orders(order => order.HasChangeNotifications(Keys), new TableTrigger("orders", options: s_keys)), 0, 1),
        new(
            "another channel", Orders(order => order.HasChangeNotifications(), new TableTrigger("orders")),
            Orders(order => order.HasChangeNotifications(o => o.Channel = "desk"), new TableTrigger("orders", "desk")), 1, 1),
        new(
            "another table name", Orders(order => order.HasChangeNotifications(), new TableTrigger("orders")),
            Orders(order => order.ToTable("sales").HasChangeNotifications(), new TableTrigger("sales")), 1, 1),
        new(
            "another schema", Orders(order => order.ToTable("orders", "public").HasChangeNotifications(Keys), new TableTrigger("orders", options: s_keys)),
            Orders(order => order.ToTable("orders", "desk").HasChangeNotifications(Keys), new TableTrigger("orders", options: s_keys, schema: "desk")), 1, 1),
        new(
            "the schema by name", Orders(order => order.HasChangeNotifications(), new TableTrigger("orders")),
            Orders(order => order.ToTable("orders", "public").HasChangeNotifications(), new TableTrigger("orders")), 1, 1),
        new(
            "a renamed column that a filter of rows names", Orders(order => Filtered(order), OnStatus("Status")),
            Orders(order => Filtered(order).Property(o => o.Status).HasColumnName("state"), OnStatus("state")), 1, 1),
        new(
            "a column of another type that a filter of rows names", Orders(order => Filtered(order), OnStatus("Status")),
            Orders(order => Filtered(order).Property(o => o.Status).HasColumnType("character varying(20)"), OnStatus("Status")), 1, 1),
        new(
            "a dropped column that a filter of rows names",
            Orders(
                order => order.HasChangeNotifications(o => (o.PropertyFilter, o.RowLevel) = (["Status", "Amount"], true)),
                new TableTrigger("orders", options: new() { ColumnFilter = ["Status", "Amount"], RowLevel = true })),
            Orders(order => Filtered(order).Ignore(o => o.Amount), OnStatus("Status")), 1, 1),
        new(
            "a renamed column whose old name another one takes",
            Orders(order => Filtered(order), OnStatus("Status")),
            Orders(
                order =>
                {
                    order.Property(o => o.Status).HasColumnName("state");
                    order.Property<string>("Status2").HasColumnName("Status");
                    order.HasChangeNotifications(o => (o.PropertyFilter, o.RowLevel) = (["Status2"], true));
                },
                OnStatus("Status")),
            1, 1),
        new(
            "another primary key", Orders(order => order.HasChangeNotifications(Keys), new TableTrigger("orders", options: s_keys)),
            Orders(order => order.HasChangeNotifications(Keys).HasKey(o => o.Number), new TableTrigger("orders", options: s_keys)), 1, 1),
        new(
            "another primary key, of which nothing is reported", Orders(order => order.HasChangeNotifications(), new TableTrigger("orders")),
            Orders(order => order.HasChangeNotifications().HasKey(o => o.Number), new TableTrigger("orders")), 0, 0),
        new(
            "a new column of whole rows", Orders(order => order.HasChangeNotifications(Rows).Ignore(o => o.Status), new TableTrigger("orders", options: s_rows)),
            Orders(order => order.HasChangeNotifications(Rows), new TableTrigger("orders", options: s_rows)), 1, 1),
        new(
            "a new column that is not reported", Orders(order => order.HasChangeNotifications(Keys).Ignore(o => o.Status), new TableTrigger("orders", options: s_keys)),
            Orders(order => order.HasChangeNotifications(Keys), new TableTrigger("orders", options: s_keys)), 0, 0),
        new(
            "another name of the property alone",
            Orders(
                order => Filtered(order, "Before").Ignore(o => o.Status).Property<string>("Before").HasColumnName("Status"), OnStatus("Status")),
            Orders(order => Filtered(order, "After").Ignore(o => o.Status).Property<string>("After").HasColumnName("Status"), OnStatus("Status")),
            0, 0),
        new(
            "a table in place of another one of the same name",
            new(
                "two tables",
                model =>
                {
                    model.Entity<Order>().ToTable("orders").HasChangeNotifications();
                    model.Entity<Total>().ToTable("totals").HasChangeNotifications().HasKey(total => total.Status);
                },
                new TableTrigger("orders"), new TableTrigger("totals")),
            new("one table", model => model.Entity<Order>().ToTable("totals").HasChangeNotifications(), new TableTrigger("totals")), 1, 0),
        new(
            "two tables that exchange their names",
            new("as they were", Named("a", "b"), new TableTrigger("a"), new TableTrigger("b")),
            new("exchanged", Named("b", "a"), new TableTrigger("a"), new TableTrigger("b")), 0, 0),
        new(
            "a table that takes the name of a renamed one",
            new("as they were", Named("a", "b"), new TableTrigger("a"), new TableTrigger("b")),
            new("moved up", Named("b", "c"), new TableTrigger("b"), new TableTrigger("c")), 1, 1),
        new(
            "a table that somebody else takes over", Orders(order => order.HasChangeNotifications(), new TableTrigger("orders")),
            Orders(
                order => order.ToTable("orders", table => table.ExcludeFromMigrations()).HasChangeNotifications(o => o.Channel = "desk"),
                new TableTrigger("orders")),
            0, 0),
        new(
            "all tables but for one",
            new(
                "one of two", Blog(model => model.Entity<Post>().HasChangeNotifications()), new TableTrigger("posts")),
            new(
                "others", Blog(model => model.HasChangeNotifications().Entity<Post>().HasNoChangeNotifications()),
                new TableTrigger("post_tags"), new TableTrigger("tags")),
            1, 2),
    ];

    [TestCaseSource(nameof(Changes))]
    public async Task Migration_ForthAndBack_LeavesWhatTriggersThemselvesInstall(ModelChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        await using var database = await MigratedDatabase.CreateAsync();
        await MigrateAsync(database, change.From);

        var forth = await MigrateAsync(database, change.To);

        var sql = forth.OfType<SqlOperation>().ToList();
        Assert.That(forth.Take(change.Removed), Is.All.InstanceOf<SqlOperation>(), "removals come first");
        Assert.That(forth.TakeLast(change.Installed), Is.All.InstanceOf<SqlOperation>(), "installations come last");
        Assert.That(sql.Count(operation => operation.Sql.Contains("DROP FUNCTION", StringComparison.Ordinal)), Is.EqualTo(change.Removed), "removed");
        Assert.That(sql.Count(operation => operation.Sql.Contains("CREATE OR REPLACE FUNCTION", StringComparison.Ordinal)), Is.EqualTo(change.Installed), "installed");
        await MigrateAsync(database, change.From);
        await MigrateAsync(database, change.To);
    }

    [TestCaseSource(nameof(Changes))]
    public void UnchangedModel_HasNoOperations(ModelChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        using var context = ModelContext.Of(change.To.Describe);
        using var again = ModelContext.Of(model => change.To.Describe(model));

        Assert.That(Differ(context).GetDifferences(context.DesignTimeModel, again.DesignTimeModel), Is.Empty);
        Assert.That(Differ(context).HasDifferences(context.DesignTimeModel, again.DesignTimeModel), Is.False);
    }

    [Test]
    public async Task NotificationsArrive_AfterAMigration()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.MigrateAsync(model => model.Entity<Order>().ToTable("orders"));
        await database.MigrateAsync(model => model.Entity<Order>().ToTable("sales").HasChangeNotifications(Keys));
        await using var listener = new PgListener(database.ConnectionString);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("sales").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        await using (var context = database.Context(model => model.Entity<Order>().ToTable("sales").HasChangeNotifications(Keys)))
        {
            context.Add(new Order { Id = 7 });
            await context.SaveChangesAsync();
        }

        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Items.Payloads().Single(), Does.Contain("\"op\":\"insert\"").And.Contain("{\"Id\":7}"));
    }

    static async Task<IReadOnlyList<MigrationOperation>> MigrateAsync(MigratedDatabase database, ModelShape shape)
    {
        var operations = await database.MigrateAsync(shape.Describe);
        await TriggerCatalog.AssertHasAsync(database.ConnectionString, shape.Triggers, shape.Name);
        return operations;
    }

    static IMigrationsModelDiffer Differ(ModelContext context) => context.GetService<IMigrationsModelDiffer>();

    static ModelShape Orders(Action<EntityTypeBuilder<Order>> describe, params TableTrigger[] triggers) => new(
        "orders",
        model =>
        {
            var order = model.Entity<Order>().ToTable("orders");
            order.Property(o => o.Id).ValueGeneratedNever();
            order.Property(o => o.Number).ValueGeneratedNever();
            describe(order);
        },
        triggers);

    static Action<ModelBuilder> Named(string orders, string marks) => model =>
    {
        model.Entity<Order>().ToTable(orders).HasChangeNotifications();
        model.Entity<Marked>().ToTable(marks).HasChangeNotifications();
    };

    static Action<ModelBuilder> Blog(Action<ModelBuilder> describe) => model =>
    {
        model.Entity<Post>().ToTable("posts").HasMany(post => post.Tags).WithMany(tag => tag.Posts).UsingEntity("post_tags");
        model.Entity<Tag>().ToTable("tags");
        describe(model);
    };

    static EntityTypeBuilder<Order> Filtered(EntityTypeBuilder<Order> order, string property = "Status") =>
        order.HasChangeNotifications(o => (o.PropertyFilter, o.RowLevel) = ([property], true));

    static TableTrigger OnStatus(string column) => new("orders", options: new() { ColumnFilter = [column], RowLevel = true });

    static void Keys(ChangeNotificationsOptions options) => options.Payload = TriggerPayload.Keys;

    static void Rows(ChangeNotificationsOptions options) => options.Payload = TriggerPayload.Rows;
}
