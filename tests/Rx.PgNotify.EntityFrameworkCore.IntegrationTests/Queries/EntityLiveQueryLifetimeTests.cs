using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>Contexts, failures, ends and arguments of live queries.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class EntityLiveQueryLifetimeTests : LiveQueryFixture
{
    [Test]
    public async Task EachRun_HasAContextOfItsOwn_WithoutTracking_DisposedBeforeTheResultIsSeen()
    {
        var seen = new List<DbContext>();
        var results = new Recorder<(bool IsDisposed, QueryTrackingBehavior Tracking)>();
        using var live = System.Reactive.Linq.Observable
            .Select(
                Database.LiveQuery(
                    Listener,
                    async (db, cancellation) =>
                    {
                        seen.Add(db);
                        await db.Tags.CountAsync(cancellation);
                        return (db, db.ChangeTracker.QueryTrackingBehavior);
                    },
                    Soon()),
                result => (IsDisposed(result.db), result.QueryTrackingBehavior))
            .Subscribe(results);
        await results.UntilCountAsync(1);
        await AddTagAsync();
        await results.UntilCountAsync(2);
        Assert.That(results.Items, Has.All.EqualTo((true, QueryTrackingBehavior.NoTracking)));
        Assert.That(seen, Is.Unique);
    }

    [Test]
    public async Task WhatAnObserverThrows_AtTheFirstResultOrALaterOne_GoesToTheListenersObserverFailed([Values(0, 1)] int results)
    {
        var failures = new System.Collections.Concurrent.ConcurrentQueue<ObserverFailure>();
        await using var listener = new PgListener(Database.ConnectionString, new PgListenerOptions { ObserverFailed = failures.Enqueue, Linger = TimeSpan.Zero });
        var seen = 0;
        using var live = Database.LiveQuery(listener, db => db.Tags, Soon()).Subscribe(System.Reactive.Observer.Create<IReadOnlyList<Tag>>(_ =>
        {
            if (Interlocked.Increment(ref seen) > results)
                throw new FormatException("mine");
        }));
        await Eventually.IsTrueAsync(() => Volatile.Read(ref seen) > 0);
        if (results > 0)
            await AddTagAsync();

        await Eventually.IsTrueAsync(() => !failures.IsEmpty, expectation: "the failure should be taken");
        Assert.That(failures.Select(failure => (failure.Channel is null, failure.Exception.Message)), Is.EqualTo(new[] { (false, "mine") }));
        await Eventually.IsTrueAsync(() => listener.CurrentState is ListenerState.Idle);
    }

    [Test]
    public async Task TheListenersStoppingToken_CompletesTheSequence()
    {
        using var stop = new CancellationTokenSource();
        await using var listener = new PgListener(Database.ConnectionString, new PgListenerOptions { StoppingToken = stop.Token });
        var (present, late) = (new Recorder<IReadOnlyList<Tag>>(), new Recorder<IReadOnlyList<Tag>>());
        using var live = Database.LiveQuery(listener, db => db.Tags, Soon()).Subscribe(present);
        await present.UntilCountAsync(1);
        await stop.CancelAsync();
        using var afterwards = Database.LiveQuery(listener, db => db.Tags, Soon()).Subscribe(late);
        await present.UntilEndedAsync();
        await late.UntilEndedAsync();
        Assert.That((present.HasCompleted, late.HasCompleted, late.Count), Is.EqualTo((true, true, 0)));
    }

    [Test]
    public async Task Tracking_IsAnOption()
    {
        var results = new Recorder<QueryTrackingBehavior>();
        var options = Soon();
        options.Tracking = QueryTrackingBehavior.TrackAll;
        using var live = Database
            .LiveQuery(
                Listener,
                async (db, cancellation) =>
                {
                    await db.Tags.CountAsync(cancellation);
                    return db.ChangeTracker.QueryTrackingBehavior;
                },
                options)
            .Subscribe(results);
        await results.UntilCountAsync(1);
        Assert.That(results.Items[0], Is.EqualTo(QueryTrackingBehavior.TrackAll));
    }

    [Test]
    public async Task ContextsOfAPool_AreNotObservedAfterTheirRun()
    {
        var contexts = new PooledDbContextFactory<NotifyingShopContext>(Database.Options().Options, poolSize: 1);
        var results = new Recorder<IReadOnlyList<Tag>>();
        using var live = contexts.LiveQuery(Listener, db => db.Tags, Soon()).Subscribe(results);
        await results.UntilCountAsync(1);
        await using (var db = contexts.CreateDbContext())
            await db.Database.ExecuteSqlRawAsync("""insert into "Tags" ("Name") values ('raw')"""); // not the live query's
        await results.UntilCountAsync(2);
        Assert.That(results.Error, Is.Null);
    }

    [Test]
    public async Task WhatARunThrows_EndsTheSequence()
    {
        var failure = new InvalidDataException();
        var results = new Recorder<int>();
        using var live = Database.LiveQuery<NotifyingShopContext, int>(Listener, (_, _) => throw failure, Soon()).Subscribe(results);
        await results.UntilEndedAsync();
        Assert.That(results.Error, Is.SameAs(failure));
    }

    [Test]
    public async Task WhatARunThrows_IsTakenAndTheRunRepeated_IfSoConfigured()
    {
        var failures = new Recorder<Exception>();
        var results = new Recorder<int>();
        var runs = 0;
        var options = Soon();
        options.QueryFailed = failures.OnNext;
        options.RetryDelay = TimeSpan.FromMilliseconds(10);
        using var live = Database
            .LiveQuery(
                Listener,
                async (db, cancellation) => ++runs is 1 or 3 ? throw new InvalidDataException($"{runs}") : await db.Tags.CountAsync(cancellation),
                options)
            .Subscribe(results);
        await results.UntilCountAsync(1);
        Assert.That(failures.Items.Select(failure => failure.Message), Is.EqualTo(new[] { "1", "3" }));
        await AddTagAsync();
        await results.UntilCountAsync(2);
        Assert.That(results.Error, Is.Null);
    }

    [Test]
    public async Task DisposalDuringARun_CancelsItAndIsSilent()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        var results = new Recorder<int>();
        var live = Database
            .LiveQuery(
                Listener,
                async (db, cancellation) =>
                {
                    await db.Tags.CountAsync(cancellation);
                    started.TrySetResult();
                    await using var registration = cancellation.Register(() => cancelled.TrySetResult());
                    await Task.Delay(Timeout.Infinite, cancellation);
                    return 0;
                })
            .Subscribe(results);
        await started.Task.WaitAsync(Eventually.Deadline);
        live.Dispose();
        await cancelled.Task.WaitAsync(Eventually.Deadline);
        await Eventually.IsTrueAsync(async () => await Shop.CountBackendsAsync() == 0, expectation: "no channel is wanted any more");
        Assert.That((results.Count, results.HasEnded), Is.EqualTo((0, false)));
    }

    [Test]
    public async Task TheDisposalOfTheListener_CompletesTheSequence()
    {
        var results = new Recorder<IReadOnlyList<Tag>>();
        using var live = Database.LiveQuery(Listener, db => db.Tags, Soon()).Subscribe(results);
        await results.UntilCountAsync(1);
        await Listener.DisposeAsync();
        await results.UntilEndedAsync();
        Assert.That((results.HasCompleted, results.Error), Is.EqualTo((true, (Exception?)null)));
    }

    [Test]
    public async Task TheDisposalOfTheListener_WhileItCannotConnect_CompletesTheSequence([Values] bool takesFailures)
    {
        using var refusal = Shop.Tap.RefuseConnections();
        var options = Soon();
        if (takesFailures)
            options.QueryFailed = error => Assert.Fail(error.ToString());
        var results = new Recorder<IReadOnlyList<Tag>>();
        using var live = Database.LiveQuery(Listener, db => db.Tags, options).Subscribe(results);
        await Eventually.IsTrueAsync(() => Listener.CurrentState is ListenerState.Reconnecting);
        await Listener.DisposeAsync();
        await results.UntilEndedAsync();
        Assert.That((results.HasCompleted, results.Error), Is.EqualTo((true, (Exception?)null)));
    }

    [Test]
    public async Task TheDisposalOfTheListener_DuringARun_CompletesTheSequenceAfterIt([Values] bool readsMore)
    {
        using var gate = new SemaphoreSlim(0);
        var runs = 0;
        var results = new Recorder<int>();
        using var live = Database
            .LiveQuery(
                Listener,
                async (db, cancellation) =>
                {
                    var count = await db.Tags.CountAsync(cancellation);
                    if (Interlocked.Increment(ref runs) != 2)
                        return count;
                    await gate.WaitAsync(cancellation);
                    return readsMore ? await db.Set<Bank>().CountAsync(cancellation) : count;
                })
            .Subscribe(results);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref runs) == 2);
        await Listener.DisposeAsync();
        gate.Release();
        await results.UntilEndedAsync();
        Assert.That((results.HasCompleted, results.Count, results.Error), Is.EqualTo((true, readsMore ? 0 : 1, (Exception?)null)));
    }

    [Test]
    public async Task AListenerDisposedBefore_IsAnError()
    {
        await Listener.DisposeAsync();
        var results = new Recorder<IReadOnlyList<Tag>>();
        using var live = Database.LiveQuery(Listener, db => db.Tags).Subscribe(results);
        Assert.That(results.Error, Is.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task WhatTheListenerCannotMend_EndsTheSequence_AndSubscribingAgainBeginsANew()
    {
        await using var listener = new PgListener(
            new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Database = "none_of_this_name" }.ConnectionString);
        var live = Database.LiveQuery(listener, db => db.Tags, Soon());
        for (var i = 0; i < 2; i++)
        {
            var results = new Recorder<IReadOnlyList<Tag>>();
            using var subscription = live.Subscribe(results);
            await results.UntilEndedAsync();
            Assert.That(results.Error, Is.InstanceOf<PgListenerException>());
            Assert.That(((PgListenerException)results.Error!).Error, Is.EqualTo(PgListenerError.DatabaseNotFound));
            Assert.That(results.Count, Is.Zero);
        }
    }

    [Test]
    public async Task TheSubscribersContext_IsNotTheRuns()
    {
        var local = new AsyncLocal<string?> { Value = "subscriber" };
        var results = new Recorder<(bool HasLocal, bool HasTransaction)>();
        IDisposable live;
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            live = Database
                .LiveQuery(
                    Listener,
                    async (db, cancellation) =>
                    {
                        await db.Tags.CountAsync(cancellation);
                        return (local.Value is not null, Transaction.Current is not null);
                    },
                    Soon())
                .Subscribe(results);
        }

        using (live)
        {
            await results.UntilCountAsync(1);
            await AddTagAsync();
            await results.UntilCountAsync(2);
        }

        Assert.That(results.Items, Has.All.EqualTo((false, false)));
    }

    [Test]
    public void Arguments_AreCheckedAtTheCall()
    {
        Func<NotifyingShopContext, IQueryable<Tag>> query = db => db.Tags;
        Assert.Multiple(() =>
        {
            Assert.That(() => Database.LiveQuery(null!, query), Throws.ArgumentNullException);
            Assert.That(() => Database.LiveQuery(Listener, (Func<NotifyingShopContext, IQueryable<Tag>>)null!), Throws.ArgumentNullException);
            Assert.That(() => Database.LiveQuery(Listener, (Func<NotifyingShopContext, CancellationToken, Task<int>>)null!), Throws.ArgumentNullException);
            Assert.That(() => ((IDbContextFactory<NotifyingShopContext>)null!).LiveQuery(Listener, query), Throws.ArgumentNullException);
            Assert.That(() => Live(options => options.Quiet = TimeSpan.FromTicks(-1)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("Quiet"));
            Assert.That(() => Live(options => options.RetryDelay = TimeSpan.Zero), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => Live(options => options.Scheduler = null!), Throws.ArgumentNullException);
            Assert.That(() => Live(options => options.Tracking = (QueryTrackingBehavior)9), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("Tracking"));
            Assert.That(() => new EntityLiveQueryOptions().Reads(""), Throws.ArgumentException);
        });

        void Live(Action<EntityLiveQueryOptions> change)
        {
            var options = new EntityLiveQueryOptions();
            change(options);
            _ = Database.LiveQuery(Listener, query, options);
        }
    }

    static bool IsDisposed(DbContext context)
    {
        try
        {
            _ = context.Model;
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
