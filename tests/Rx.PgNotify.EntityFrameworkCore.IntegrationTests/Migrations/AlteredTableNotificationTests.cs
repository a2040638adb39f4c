using Microsoft.EntityFrameworkCore;
using Rx.PgNotify.Tables;
using static Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations.Entities;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>Who listens while a migration takes the triggers away misses what is written meanwhile.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class AlteredTableNotificationTests
{
    const string Channel = "the \"orders' desk";

    [Test]
    public async Task AMigrationThatInstallsATriggerAnew_SaysSoToThoseWhoListen()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.MigrateAsync(model => Describe(model, nameof(Order.Status)));
        await using var listener = new PgListener(database.ConnectionString);
        var changes = new Recorder<TableChange<Dictionary<string, object>>>();
        using var subscription = listener.Channel(Channel)
            .TableChanges<Dictionary<string, object>>((notification, _) => Assert.Fail(notification.Payload)).Subscribe(changes);
        await changes.UntilCountAsync(1);

        await database.MigrateAsync(model => Describe(model, "OrderStatus"));
        await changes.UntilCountAsync(2);

        Assert.That(changes.Items.Cast<TableChange<Dictionary<string, object>>.Reload>().Select(reload => reload.Reason), Is.EqualTo(new[]
        {
            ReloadReason.Resync, ReloadReason.TableAltered,
        }));
    }

    static void Describe(ModelBuilder model, string column) => model.Entity<Order>(order =>
    {
        order.ToTable("orders").Property(o => o.Status).HasColumnName(column);
        order.HasChangeNotifications(o => (o.Channel, o.Payload) = (Channel, TriggerPayload.Rows));
    });
}
