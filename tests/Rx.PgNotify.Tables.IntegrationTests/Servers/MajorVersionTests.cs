using System.Reactive.Linq;
using Npgsql;
using Rx.PgNotify.Tables.IntegrationTests.CatchUp;

namespace Rx.PgNotify.Tables.IntegrationTests.Servers;

/// <summary>The whole way of a notification on each major version of PostgreSQL.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class MajorVersionTests
{
    [TestCase(14)]
    [TestCase(15)]
    [TestCase(16)]
    [TestCase(17)]
    [TestCase(18)]
    public async Task ListenerNotifierTriggerAndCatchUpWork_AlsoAfterALoss(int major)
    {
        await using var server = await PostgresTools.StartAsync(major);
        Assert.That(server.Version, Does.StartWith($"{major}."));
        await using var database = NpgsqlDataSource.Create($"{server.ConnectionString};Pooling=false");
        var orders = await ReadTable.CreateAsync(database: database);
        const string channel = "orders";
        await new TableTrigger(orders.Name, channel, options: new() { Payload = TriggerPayload.Rows, IncludeOld = true }).InstallAsync(database);
        await using var listener = new PgListener(database, new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(20) });
        await using var notifier = new PgNotifier(database);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(channel).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        await database.NotifyAsync(channel, "plain");
        await notifier.NotifyAsync(channel, "gathered");
        await orders.ExecuteAsync($"INSERT INTO {orders.Name} VALUES (1, 'a'), (2, 'b')");
        await recorder.UntilCountAsync(4);
        Assert.That(await orders.ReadAsync(), Is.EqualTo("1=a 2=b"));
        Assert.That(recorder.Items[3].Notification.Payload, Does.Contain("\"op\":\"insert\"").And.Contain("\"b\""));
        Assert.That(await database.NotificationQueueUsage(TimeSpan.FromSeconds(1)).FirstAsync(), Is.InRange(0.0, 0.01));

        await server.KillBackendsAsync();
        await orders.ExecuteAsync($"DELETE FROM {orders.Name} WHERE id = 1"); // told to nobody, or to the new connection
        await recorder.UntilAsync(items => items.Resyncs().Count() == 2, "the loss should be reported");
        await orders.ExecuteAsync($"UPDATE {orders.Name} SET value = 'c'");
        await recorder.UntilAsync(items => items.Payloads().Any(payload => payload.Contains("\"c\"", StringComparison.Ordinal)), "the change should be reported");

        Assert.That(await orders.ReadAsync(), Is.EqualTo("-1 2=c"));
        Assert.That(recorder.Items.Payloads().Take(2), Is.EqualTo(new[] { "plain", "gathered" }));
        Assert.That(
            recorder.Items.Resyncs().Select(signal => signal.Reasons), Is.EqualTo(new[] { ResyncReasons.Subscribed, ResyncReasons.Reconnected }));
    }
}
