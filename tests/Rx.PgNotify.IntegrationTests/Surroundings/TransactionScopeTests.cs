using System.Collections.Concurrent;
using System.Transactions;
using Npgsql;
using Rx.PgNotify.IntegrationTests.Connections;
using Rx.PgNotify.IntegrationTests.Stress;

namespace Rx.PgNotify.IntegrationTests.Surroundings;

/// <summary>Whoever subscribes first, or sends first, may do so inside a transaction. The connection is no part of it.</summary>
[Parallelizable(ParallelScope.All)]
public class TransactionScopeTests
{
    [Test]
    public async Task AListenerThatIsUsedFirstInsideAScope_DoesNotTakePartInIt([Values] bool completes)
    {
        await using var dataSource = NpgsqlDataSource.Create($"{TestServer.ConnectionString};Enlist=true");
        await using var listener = new PgListener(dataSource);
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        IDisposable subscription;
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            subscription = channel.Signals.Subscribe(recorder);
            await recorder.UntilSubscribedAsync();
            await SendAsync(channel.Name, "during");
            await recorder.UntilCountAsync(2);
            Assert.That(Transaction.Current!.TransactionInformation.DistributedIdentifier, Is.EqualTo(Guid.Empty));
            if (completes)
                scope.Complete();
        }

        await SendAsync(channel.Name, "after");
        await recorder.UntilCountAsync(3);
        subscription.Dispose();
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "during", "after" }));
        Assert.That(recorder.Items.Resyncs().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task ANotifierThatIsUsedFirstInsideAScope_CommitsWhateverBecomesOfIt()
    {
        await using var dataSource = NpgsqlDataSource.Create($"{TestServer.ConnectionString};Enlist=true");
        await using var notifier = new PgNotifier(dataSource);
        await using var arrivals = await Arrivals.ListenAsync();
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            await notifier.NotifyAsync(arrivals.Channel, "during"); // and is rolled back

        await notifier.NotifyAsync(arrivals.Channel, "after");
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "during", "after" }));
    }

    [Test]
    public async Task WhatTheDataSourceCalls_RunsInNoTransaction([Values] ClientKind kind)
    {
        var seen = new ConcurrentQueue<string>();
        var application = UniqueChannel.Name();
        var builder = PasswordlessSource.Builder(application, $"{TestServer.ConnectionString};Enlist=true");
        builder.UsePasswordProvider(_ => throw new NotSupportedException(), (_, _) =>
        {
            Look("provider");
            return ValueTask.FromResult(PasswordlessSource.Password);
        });
        builder.UsePhysicalConnectionInitializer(_ => { }, _ =>
        {
            Look("initializer");
            return Task.CompletedTask;
        });
        await using var dataSource = builder.Build();
        await using var client = Client.Create(kind, dataSource);
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            await client.UseAsync(TestServer.ConnectionString);
        await Chaos.KillBackendAsync(application);
        await Task.Delay(TimeSpan.FromMilliseconds(150)); // a notifier does not ask a line that it used just now whether it lives
        await client.UseAsync(TestServer.ConnectionString);

        Assert.That(seen, Is.EqualTo(new[] { "provider outside", "initializer outside", "provider outside", "initializer outside" }));

        void Look(string what) => seen.Enqueue($"{what} {(Transaction.Current is null ? "outside" : "inside")}");
    }

    // On a connection that does not take part either.
    static async Task SendAsync(string channel, string payload)
    {
        await using var dataSource = NpgsqlDataSource.Create($"{TestServer.ConnectionString};Enlist=false;Pooling=false");
        await dataSource.NotifyAsync(channel, payload);
    }
}
