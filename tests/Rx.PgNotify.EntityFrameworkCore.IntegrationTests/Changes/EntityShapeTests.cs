using Microsoft.EntityFrameworkCore;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

/// <summary>How entities are made of rows, compared with how EF Core makes them.</summary>
[LongTest]
public sealed class EntityShapeTests : ChangesFixture<ShopContext>
{
    [Test]
    public async Task AnEntityOfManyParts_IsMadeAsEfCoreMakesIt()
    {
        var changes = await FollowAsync<Order>();

        var poor = Order.New("poor", "poor secret");
        var rich = Order.New("rich", "rich secret", order =>
        {
            order.Billing = new Address("Billing Street 2", "Berlin");
            order.Contact.Phone = "1";
            order.Deputy = new Contact { Name = "Bob", Phone = "2" };
            order.Details = new Details
            {
                Status = Status.Paid,
                Due = new DateOnly(2024, 2, 29),
                Numbers = [1, 2],
                Bytes = [1, 255],
                Took = new TimeSpan(1, 2, 3, 4, 5),
                Inner = new Inner { Amount = 1.10m, At = DateTime.UnixEpoch },
            };
            order.Lines.Add(new Line { Article = "tea", Count = 2 });
            order.Lines.Add(new Line { Article = "pot" });
            order.Extra = new Extra
            {
                Status = Status.Shipped,
                Words = ["one", "two"],
                Inner = new ExtraInner(2m, null),
                Inners = [new ExtraInner(3.0m, new DateOnly(2024, 1, 1)), new ExtraInner(4m, null)],
            };
        });
        await AddAsync(poor, rich);
        await changes.UntilCountAsync(3);

        var rows = await RowsAsync<Order>();
        foreach (var read in changes.Items.Skip(1).Cast<TableChange<Order>.Insert>().Select(change => change.New))
        {
            var row = rows.Single(row => row.Id == read.Id);
            read.Version = row.Version; // xmin is in no trigger
            Assert.That(Model.FindEntityType(typeof(Order))!.Differences(read, row), Is.Empty);
            Assert.That(read.Secret(), Is.EqualTo($"{row.Customer} secret"));
            Assert.That(read, Has.Property("MadeByConstructor").True.And.Property("Ignored").EqualTo("as it was made").And.Property("Loud").EqualTo(row.Customer.ToUpperInvariant()));
            Assert.That(read.Contact.Order, Is.SameAs(read));
            Assert.That(read.Deputy is null, Is.EqualTo(row.Customer is "poor"));
        }
    }

    [Test]
    public async Task ATablesTypes_AreToldApart_AndEachIsReportedToThoseWhoAskForIt()
    {
        var (animals, cats, dogs) = (await FollowAsync<Animal>(), await FollowAsync<Cat>(), await FollowAsync<Dog>());

        await AddAsync(new Cat { Name = "Tom", Lives = 9 });
        await AddAsync(new Dog { Name = "Rex", Trick = "sit" });
        await AddAsync(new Puppy { Name = "Pip", Trick = "none", Weeks = 6 });
        await animals.UntilCountAsync(4);
        await cats.UntilCountAsync(2);
        await dogs.UntilCountAsync(3);

        var rows = await RowsAsync<Animal>();
        Assert.That(animals.Items.Skip(1).Cast<TableChange<Animal>.Insert>().Select(change => change.New.GetType()),
            Is.EqualTo(new[] { typeof(Cat), typeof(Dog), typeof(Puppy) }));
        foreach (var read in animals.Items.Skip(1).Cast<TableChange<Animal>.Insert>().Select(change => change.New))
            Assert.That(Model.FindEntityType(read.GetType())!.Differences(read, rows.Single(row => row.Id == read.Id)), Is.Empty);
        Assert.That(cats.Items.Skip(1).Cast<TableChange<Cat>.Insert>().Select(change => change.New.Name), Is.EqualTo(new[] { "Tom" }));
        Assert.That(dogs.Items.Skip(1).Cast<TableChange<Dog>.Insert>().Select(change => change.New.Name), Is.EqualTo(new[] { "Rex", "Pip" }));

        // A dog becomes a cat: a deletion to the ones, an insertion to the others, an update to who sees both.
        await ExecuteAsync("""UPDATE "Animal" SET "Discriminator" = 'Cat', "Lives" = 1 WHERE "Name" = 'Rex' """);
        await animals.UntilCountAsync(5);
        await cats.UntilCountAsync(3);
        await dogs.UntilCountAsync(4);
        Assert.That(animals.Items[4], Is.InstanceOf<TableChange<Animal>.Update>().And.Property("New").InstanceOf<Cat>().And.Property("Old").InstanceOf<Dog>());
        Assert.That(cats.Items[2], Is.InstanceOf<TableChange<Cat>.Insert>());
        Assert.That(dogs.Items[3], Is.InstanceOf<TableChange<Dog>.Delete>());

        await ExecuteAsync("""UPDATE "Animal" SET "Discriminator" = 'Unicorn' WHERE "Name" = 'Tom' """);
        await animals.UntilCountAsync(6);
        Assert.That(animals.Items[5], Is.EqualTo(new TableChange<Animal>.Reload(ReloadReason.Malformed)));
    }

    [Test]
    public async Task AHierarchyWithATableForEachType_IsReportedWhole()
    {
        var shapes = new Recorder<TableChange<Shape>>();
        using var subscription = Listener.Changes<Shape>(Model).Subscribe(shapes);
        await shapes.UntilCountAsync(2);

        await AddAsync(new Circle { Radius = 1.5 }, new Square { Side = 2 });
        await shapes.UntilCountAsync(4);

        Assert.That(shapes.Items.Take(2), Is.All.EqualTo(new TableChange<Shape>.Reload(ReloadReason.Resync)));
        Assert.That(shapes.Items.Skip(2).Cast<TableChange<Shape>.Insert>().Select(change => change.New),
            Has.One.Matches<Shape>(shape => shape is Circle { Radius: 1.5 }).And.One.Matches<Shape>(shape => shape is Square { Side: 2 }));
    }

    [Test]
    public async Task ColumnsThatAreNotReported_StayAtTheirDefault()
    {
        var changes = await FollowAsync<Partly>();
        await AddAsync(new Partly { Shown = "shown", Hidden = "hidden", Address = new Address("Main Street 1", null) });
        await changes.UntilCountAsync(2);

        var read = ((TableChange<Partly>.Insert)changes.Items[1]).New;
        Assert.That(read, Has.Property("Id").Positive.And.Property("Shown").EqualTo("shown").And.Property("Hidden").EqualTo("default").And.Property("Address").Null);
    }

    [Test]
    public async Task AnEntityThatAsksForAService_GetsNone()
    {
        var changes = await FollowAsync<Lazily>();
        await AddAsync(new Lazily { Name = "lazy" });
        await changes.UntilCountAsync(2);
        Assert.That(((TableChange<Lazily>.Insert)changes.Items[1]).New, Has.Property("Name").EqualTo("lazy").And.Property("Loader").Null);
        Assert.That((await RowsAsync<Lazily>()).Single().Loader, Is.Not.Null, "a context has one to give");
    }

    [Test]
    public async Task TablesThatShareAChannel_AreToldApart_WhateverTheirNames()
    {
        var (odd, stock) = (await FollowAsync<Odd>(), new Recorder<TableChange<(int, OrderId)>>());
        using var subscription = Listener.ChangedKeys<Stock, (int, OrderId)>(Model).Subscribe(stock);
        await stock.UntilCountAsync(1);

        var batch = new OrderId(Guid.NewGuid());
        await AddAsync(new Stock { Tenant = 1, Batch = batch, Count = 5 });
        await AddAsync(new Odd { Key = 1, Value = "one" });
        await ExecuteAsync(""""UPDATE "Odd ""schema"""."Stock" SET key = 'two' """");
        await ExecuteAsync("NOTIFY shared, 'from anybody'");
        await odd.UntilCountAsync(4);
        await stock.UntilCountAsync(3);

        Assert.That(odd.Items[1], Is.InstanceOf<TableChange<Odd>.Insert>());
        Assert.That(((TableChange<Odd>.Update)odd.Items[2]).New, Has.Property("Key").EqualTo(1).And.Property("Value").EqualTo("two"));
        Assert.That(odd.Items[3], Is.EqualTo(new TableChange<Odd>.Reload(ReloadReason.Malformed)));
        Assert.That(stock.Items[1], Is.EqualTo(new TableChange<(int, OrderId)>.Insert((1, batch))));
        Assert.That(stock.Items[2], Is.EqualTo(new TableChange<(int, OrderId)>.Reload(ReloadReason.Malformed)));
    }

    async Task<List<T>> RowsAsync<T>()
        where T : class
    {
        await using var context = NewContext();
        return await context.Set<T>().ToListAsync();
    }
}
