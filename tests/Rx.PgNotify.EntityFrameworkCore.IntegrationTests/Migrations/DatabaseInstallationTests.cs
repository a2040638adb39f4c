using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rx.PgNotify.Tables;
using static Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations.Entities;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>A database whose tables somebody else makes.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class DatabaseInstallationTests
{
    const string Tables = """CREATE TABLE orders ("Id" int PRIMARY KEY, no int, "Status" text); CREATE TABLE posts ("Id" int PRIMARY KEY)""";

    static readonly TableTrigger[] s_triggers =
    [
        new("orders", "desk", options: new() { Payload = TriggerPayload.Columns, Columns = ["Id", "no"] }),
        new("posts"),
    ];

    [Test]
    public async Task Installing_AlsoAgain_InstallsAll_AndRemovingLeavesNothing()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.ExecuteAsync(Tables);
        await using var context = database.Context(Describe);

        await context.Database.InstallChangeNotificationsAsync();
        await TriggerCatalog.AssertHasAsync(database.ConnectionString, s_triggers);
        await context.Database.InstallChangeNotificationsAsync();
        await TriggerCatalog.AssertHasAsync(database.ConnectionString, s_triggers);

        await context.Database.RemoveChangeNotificationsAsync();
        await context.Database.RemoveChangeNotificationsAsync();
        await TriggerCatalog.AssertHasAsync(database.ConnectionString, []);
    }

    [Test]
    public async Task InstallingAgain_WaitsForNobodyWhoHasLockedATable_AndMendsWhatWasChangedByHand()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.ExecuteAsync(Tables);
        await using var context = database.Context(Describe);
        await context.Database.InstallChangeNotificationsAsync();

        await using (var other = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString))
        {
            await other.OpenAsync();
            await using var transaction = await other.BeginTransactionAsync();
            await using var locking = new NpgsqlCommand("LOCK TABLE orders, posts IN ACCESS EXCLUSIVE MODE", other);
            await locking.ExecuteNonQueryAsync();
            await context.Database.InstallChangeNotificationsAsync().WaitAsync(Eventually.Deadline);
        }

        await database.ExecuteAsync("ALTER TABLE posts DISABLE TRIGGER USER");
        await context.Database.InstallChangeNotificationsAsync();
        await TriggerCatalog.AssertHasAsync(database.ConnectionString, s_triggers);
    }

    [Test]
    public async Task Script_RunByHand_InstallsTheSame()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.ExecuteAsync(Tables);
        await using var context = database.Context(Describe);

        await database.ExecuteAsync(context.Database.GenerateChangeNotificationsScript());

        await TriggerCatalog.AssertHasAsync(database.ConnectionString, s_triggers);
    }

    [Test]
    public async Task Installing_JoinsTheContextsTransaction()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.ExecuteAsync(Tables);
        await using var context = database.Context(Describe);

        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            await context.Database.InstallChangeNotificationsAsync();
            await transaction.RollbackAsync();
        }

        await TriggerCatalog.AssertHasAsync(database.ConnectionString, []);
    }

    [Test]
    public async Task InstallationThatFails_LeavesNothing()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.ExecuteAsync("""CREATE TABLE orders ("Id" int PRIMARY KEY, no int)""");
        await using var context = database.Context(Describe);

        var error = await Assert.ThrowsAsync<PostgresException>(() => context.Database.InstallChangeNotificationsAsync());

        Assert.That(error!.MessageText, Does.Contain("posts"));
        await TriggerCatalog.AssertHasAsync(database.ConnectionString, []);
    }

    [Test]
    public async Task SeveralProgramsThatInstallAtOnce_AllSucceed()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.ExecuteAsync(Tables);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var context = database.Context(Describe);
            await context.Database.InstallChangeNotificationsAsync();
        }));

        await TriggerCatalog.AssertHasAsync(database.ConnectionString, s_triggers);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task UseChangeNotifications_WorksBeforeAndAfterUseNpgsql(bool before)
    {
        await using var database = await MigratedDatabase.CreateAsync();
        var builder = new DbContextOptionsBuilder<OrdersContext>();
        _ = before
            ? builder.UseChangeNotifications().UseNpgsql(database.ConnectionString)
            : builder.UseNpgsql(database.ConnectionString).UseChangeNotifications();
        await using var context = new OrdersContext(builder.Options);

        await context.Database.EnsureCreatedAsync();

        await TriggerCatalog.AssertHasAsync(database.ConnectionString, [new TableTrigger("orders")]);
    }

    sealed class OrdersContext(DbContextOptions options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) =>
            modelBuilder.Entity<Order>().ToTable("orders").HasChangeNotifications();
    }

    static void Describe(ModelBuilder model)
    {
        model.Entity<Order>(order =>
        {
            order.ToTable("orders", table => table.ExcludeFromMigrations()).Property(o => o.Number).HasColumnName("no");
            order.HasChangeNotifications(o =>
            {
                o.Channel = "desk";
                o.Payload = TriggerPayload.Columns;
                o.Properties = ["Id", "Number"];
            });
        });
        model.Entity<Post>().ToTable("posts").Ignore(post => post.Tags).HasChangeNotifications();
    }
}
