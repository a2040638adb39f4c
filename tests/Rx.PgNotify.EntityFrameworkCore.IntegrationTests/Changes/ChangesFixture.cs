using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

/// <summary>A database of each test's own with the tables of a context, and what is read from their changes.</summary>
/// <typeparam name="TContext">Has a constructor that takes its options.</typeparam>
public abstract class ChangesFixture<TContext> : SampleFixture
    where TContext : DbContext
{
    PgListener _listener = null!;

    private protected PgListener Listener => _listener;

    private protected IModel Model { get; private set; } = null!;

    [SetUp]
    public async Task CreateTablesAsync()
    {
        _listener = new PgListener(Connection);
        await using var context = NewContext();
        Model = context.Model;
        await context.Database.EnsureCreatedAsync();
        await context.Database.InstallChangeNotificationsAsync();
    }

    [TearDown]
    public ValueTask DisposeListener() => _listener.DisposeAsync();

    private protected TContext NewContext()
    {
        var options = new DbContextOptionsBuilder<TContext>();
        options.UseNpgsql(Connection, Configure).UseChangeNotifications();
        options.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking);
        return (TContext)Activator.CreateInstance(typeof(TContext), options.Options)!;
    }

    private protected virtual void Configure(NpgsqlDbContextOptionsBuilder options)
    {
    }

    /// <summary>Subscribes, and returns when the server listens.</summary>
    private protected async Task<Recorder<TableChange<T>>> FollowAsync<T>()
        where T : class
    {
        var recorder = new Recorder<TableChange<T>>();
        Listener.Changes<T>(Model, (_, error) => TestContext.Out.WriteLine(error.Message)).Subscribe(recorder);
        await recorder.UntilCountAsync(1);
        Assert.That(recorder.Items, Is.EqualTo(new[] { new TableChange<T>.Reload(ReloadReason.Resync) }));
        return recorder;
    }

    /// <summary>Saves entities with a context of their own.</summary>
    private protected async Task AddAsync(params object[] entities)
    {
        await using var context = NewContext();
        context.AddRange(entities);
        await context.SaveChangesAsync();
    }
}
