using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using NpgsqlTypes;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

/// <summary>What can't be read is refused at the call, with the entity's name and what to do.</summary>
[Parallelizable(ParallelScope.All)]
public class RefusedChangesTests
{
    [Test]
    public async Task WhatTheModelOrItsTriggersDoNotGive_IsNamed()
    {
        await using var listener = new PgListener("Host=localhost");
        await using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseNpgsql("Host=localhost").Options);
        var model = context.Model;

        Refuses<Bare>("The notifications of Bare don't report its rows (Payload is Bare): set TriggerPayload.Rows in HasChangeNotifications, or take a live query, which needs none.");
        Refuses<Note>("The notifications of Note don't report its rows (Payload is Keys): call ChangedKeys, or set TriggerPayload.Rows in HasChangeNotifications.");
        Refuses<Silent>("The table 'Silent' of Silent has no change notifications: call HasChangeNotifications() for it in the model.");
        Refuses<Employee>("A row of Employee is spread over the tables 'Person', 'Employee', so that no notification reports it whole: take a live query.");
        Refuses<Line>("Line is owned by Order: name the owner.");
        Refuses<string>("String is no entity type of the model.");
        Assert.That(() => listener.Changes<Order>(null!), Throws.ArgumentNullException);
        Assert.That(() => ((PgListener)null!).Changes<Order>(model), Throws.ArgumentNullException);

        void Refuses<T>(string message)
            where T : class => Assert.That(() => listener.Changes<T>(model), Throws.InvalidOperationException.With.Message.EqualTo(message));
    }

    [Test]
    public async Task AColumnThatCantBeRead_IsNamed_UnlessItIsNotReported()
    {
        await using var listener = new PgListener("Host=localhost");
        Assert.That(() => listener.Changes<Unreadable>(ModelOf(TriggerPayload.Columns, "Id", "Price")), Throws.InstanceOf<NotSupportedException>().With.Message.EqualTo(
            "Unreadable.Price (Decimal, money) can't be read from a notification: give it a conversion to a type that can, such as string, "
            + "or leave it out with TriggerPayload.Columns and Properties."));
        Assert.That(() => listener.Changes<Unreadable>(ModelOf(TriggerPayload.Columns, "Id")), Throws.Nothing);
        Assert.That(() => listener.Changes<Unreadable>(ModelOf(TriggerPayload.Rows)), Throws.InstanceOf<NotSupportedException>());
    }

    static IModel ModelOf(TriggerPayload payload, params string[] properties)
    {
        var options = new DbContextOptionsBuilder().UseNpgsql("Host=localhost");
        var model = new ModelBuilder(Npgsql.EntityFrameworkCore.PostgreSQL.Metadata.Conventions.NpgsqlConventionSetBuilder.Build());
        model.Entity<Unreadable>(entity =>
        {
            entity.Property(e => e.Price).HasColumnType("money");
            entity.HasChangeNotifications(o => (o.Payload, o.Properties) = (payload, properties));
        });
        using var context = new DbContext(options.UseModel(model.FinalizeModel()).Options);
        return context.Model;
    }

    sealed class Unreadable
    {
        public int Id { get; set; }
        public decimal Price { get; set; }
        public NpgsqlBox Box { get; set; }
    }
}
