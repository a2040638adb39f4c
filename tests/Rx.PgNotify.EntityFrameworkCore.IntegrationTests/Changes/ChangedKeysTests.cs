using Microsoft.EntityFrameworkCore;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

[LongTest]
public sealed class ChangedKeysTests : ChangesFixture<ShopContext>
{
    [Test]
    public async Task KeysOfSeveralProperties_AreTuplesOfTheModelsTypes()
    {
        var keys = await FollowKeysAsync<Stock, (int Tenant, OrderId Batch)>();
        var (one, two) = (new OrderId(Guid.NewGuid()), new OrderId(Guid.NewGuid()));
        await AddAsync(new Stock { Tenant = 1, Batch = one });
        await ExecuteAsync("""UPDATE "Stock" SET "Count" = 3""");
        await ExecuteAsync($"""UPDATE "Stock" SET "Batch" = '{two.Value}' """);
        await ExecuteAsync("""DELETE FROM "Stock" """);
        await ExecuteAsync("""INSERT INTO "Stock" SELECT 2, gen_random_uuid(), 0 FROM generate_series(1, 400)""");
        await keys.UntilCountAsync(7);

        Assert.That(keys.Items.Skip(1), Is.EqualTo(new TableChange<(int, OrderId)>[]
        {
            new TableChange<(int, OrderId)>.Insert((1, one)),
            new TableChange<(int, OrderId)>.Update(default, (1, one)),
            new TableChange<(int, OrderId)>.Delete((1, one)),
            new TableChange<(int, OrderId)>.Insert((1, two)),
            new TableChange<(int, OrderId)>.Delete((1, two)),
            new TableChange<(int, OrderId)>.Reload(ReloadReason.WithoutRows, 400),
        }));
    }

    [Test]
    public async Task AKeyInShadowState_AndOneOfARowThatIsReportedWhole_AreReadToo()
    {
        var (notes, orders) = (await FollowKeysAsync<Note, int>(), await FollowKeysAsync<Order, OrderId>());
        var order = Order.New("Ada", "secret");
        await AddAsync(order, new Note { Text = "hello" });
        await notes.UntilCountAsync(2);
        await orders.UntilCountAsync(2);

        await using var context = NewContext();
        var id = await context.Set<Note>().Select(note => EF.Property<int>(note, "NoteId")).SingleAsync();
        Assert.That(notes.Items[1], Is.EqualTo(new TableChange<int>.Insert(id)));
        Assert.That(orders.Items[1], Is.EqualTo(new TableChange<OrderId>.Insert(order.Id)));
    }

    [Test]
    public void AWrongKey_IsRefusedAtTheCall_AndTheRightOneNamed()
    {
        Refuses<Stock, int>("The key of Stock is (Int32 Tenant, OrderId Batch), and not System.Int32.");
        Refuses<Stock, (OrderId, int)>("The key of Stock is (Int32 Tenant, OrderId Batch), and not");
        Refuses<Note, long>("The key of Note is Int32, and not System.Int64.");
        Refuses<Cat, int>("The table 'Animal' holds more than Cat, and a key does not say of what it is: name Animal.");
        Refuses<Bare, int>("The notifications of Bare don't report the column 'Id' of its key (Payload is Bare): set TriggerPayload.Keys in HasChangeNotifications.");
        Refuses<Silent, int>("The table 'Silent' of Silent has no change notifications: call HasChangeNotifications() for it in the model.");
    }

    void Refuses<T, TKey>(string message)
        where T : class
        where TKey : notnull => Assert.That(
            () => Listener.ChangedKeys<T, TKey>(Model), Throws.InvalidOperationException.With.Message.StartsWith(message));

    async Task<Recorder<TableChange<TKey>>> FollowKeysAsync<T, TKey>()
        where T : class
        where TKey : notnull
    {
        var recorder = new Recorder<TableChange<TKey>>();
        Listener.ChangedKeys<T, TKey>(Model).Subscribe(recorder);
        await recorder.UntilCountAsync(1);
        return recorder;
    }
}
