using System.Reactive.Subjects;

namespace Rx.PgNotify.IntegrationTests.Sending;

[LongTest, Parallelizable(ParallelScope.All)]
public class PoolerSendTests
{
    [TestCase("session")]
    [TestCase("transaction")]
    [TestCase("statement")]
    public async Task ThroughAPooler_AllIsSentInOrder_AndNothingIsTakenForOnesOwn(string mode)
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var bouncer = await PgBouncer.StartAsync(server, mode);
        await using var arrivals = await Arrivals.ListenAsync(server.ConnectionString);
        await using var notifier = new PgNotifier(bouncer.ConnectionString);
        await notifier.NotifyAsync(arrivals.Channel, "first");
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => notifier.NotifyAsync(arrivals.Channel, $"{i % 7}")));

        var all = await arrivals.AllAsync();
        Assert.That(all.Select(item => item.Payload), Is.EqualTo(Enumerable.Range(0, 300).Select(i => $"{i % 7}").Prepend("first")));
        using var source = new Subject<Notification>();
        var passed = new Recorder<Notification>();
        using var subscription = source.ExceptFrom(notifier).Subscribe(passed);
        foreach (var item in all)
            source.OnNext(item);
        Assert.That(passed.Count, Is.EqualTo(all.Count));
    }
}
