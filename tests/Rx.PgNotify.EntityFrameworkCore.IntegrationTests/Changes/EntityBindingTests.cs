using System.Collections.ObjectModel;
using System.Collections.Specialized;
using System.Reactive.Subjects;
using Microsoft.EntityFrameworkCore;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

/// <summary>Collections bound by the keys of a model.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class EntityBindingTests
{
    SynchronizationContext? _former;

    // Without one the collection is changed before OnNext returns.
    [SetUp]
    public void LeaveContext()
    {
        _former = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
    }

    [TearDown]
    public void EnterContext() => SynchronizationContext.SetSynchronizationContext(_former);

    [Test]
    public void Entities_OfTheSameKey_AreTheSameRow()
    {
        using var context = NewContext();
        using var snapshots = new Subject<IReadOnlyList<Stock>>();
        var (target, changes) = (new ObservableCollection<Stock>(), new List<NotifyCollectionChangedAction>());
        target.CollectionChanged += (_, change) => changes.Add(change.Action);
        var (one, two) = (new OrderId(Guid.NewGuid()), new OrderId(Guid.NewGuid()));
        using var binding = snapshots.BindTo(target, context.Model);

        var kept = new Stock { Tenant = 1, Batch = two };
        snapshots.OnNext([new Stock { Tenant = 1, Batch = one }, kept]);
        snapshots.OnNext([new Stock { Tenant = 1, Batch = one, Count = 5 }, kept, new Stock { Tenant = 2, Batch = one }]);
        snapshots.OnNext([kept]);

        Assert.That(changes, Is.EquivalentTo(new[]
        {
            NotifyCollectionChangedAction.Add, NotifyCollectionChangedAction.Add, NotifyCollectionChangedAction.Add,
            NotifyCollectionChangedAction.Replace, NotifyCollectionChangedAction.Remove, NotifyCollectionChangedAction.Remove,
        }));
        Assert.That(target, Is.EqualTo(new[] { kept }));
    }

    [Test]
    public void AComparer_SparesRowsThatAreAsTheyWere_AndABaseTypeHasItsHierarchysKey()
    {
        using var context = NewContext();
        using var snapshots = new Subject<IReadOnlyList<Animal>>();
        var (target, changes) = (new ObservableCollection<Animal>(), 0);
        target.CollectionChanged += (_, _) => changes++;
        using var binding = snapshots.BindTo(target, context.Model, EqualityComparer<Animal>.Create((one, other) => one!.Name == other!.Name, one => one.Id));

        snapshots.OnNext([new Cat { Id = 1, Name = "Tom" }, new Puppy { Id = 2, Name = "Pip", Trick = "" }]);
        snapshots.OnNext([new Cat { Id = 1, Name = "Tom" }, new Puppy { Id = 2, Name = "Pip", Trick = "" }]);

        Assert.That(changes, Is.EqualTo(2));
    }

    [Test]
    public void ASnapshotWithOneKeyTwice_EndsTheBinding()
    {
        using var context = NewContext();
        using var snapshots = new Subject<IReadOnlyList<Stock>>();
        Exception? failure = null;
        using var binding = snapshots.BindTo([], context.Model, onError: error => failure = error);
        snapshots.OnNext([new Stock { Tenant = 1 }, new Stock { Tenant = 1 }]);
        Assert.That(failure, Is.Not.Null);
    }

    [Test]
    public void WhatHasNoKeyToSee_IsRefusedAtTheCall()
    {
        using var context = NewContext();
        var model = context.Model;
        Assert.That(
            () => new Subject<IReadOnlyList<Note>>().BindTo([], model),
            Throws.InvalidOperationException.With.Message.StartsWith("Note has its key 'NoteId' in shadow state"));
        Assert.That(
            () => new Subject<IReadOnlyList<string>>().BindTo([], model),
            Throws.InvalidOperationException.With.Message.EqualTo("String is no entity type of the model."));
        Assert.That(() => new Subject<IReadOnlyList<Stock>>().BindTo([], (Microsoft.EntityFrameworkCore.Metadata.IModel)null!), Throws.ArgumentNullException);
    }

    static ShopContext NewContext() => new(new DbContextOptionsBuilder<ShopContext>().UseNpgsql("Host=localhost").Options);
}
