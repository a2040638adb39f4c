using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Sending;

[Parallelizable(ParallelScope.All)]
public class ExceptFromTests
{
    [Test]
    public async Task OnesOwn_AreLeftOut_AlsoThoseOfAConnectionThatWasLost_AndEachResyncPasses()
    {
        var application = UniqueChannel.Name("app");
        await using var arrivals = await Arrivals.ListenAsync();
        await using var notifier = new PgNotifier($"{TestServer.ConnectionString};Application Name={application}");
        var (plain, signals, late) = (new Recorder<Notification>(), new Recorder<ChannelSignal>(), new Recorder<Notification>());
        using var gate = new ManualResetEventSlim();
        using var a = await arrivals.Source.SubscribeAsync(_ => { }, _ => { });
        using var b = arrivals.Source.ExceptFrom(notifier).Subscribe(plain);
        using var c = arrivals.Source.Signals.ExceptFrom(notifier).Subscribe(signals);
        using var d = arrivals.Source.Do(_ => gate.Wait()).ExceptFrom(notifier).Subscribe(late); // sees all of it after the end
        await signals.UntilSubscribedAsync();

        var own = new HashSet<int>();
        for (var i = 0; i < 3; i++)
        {
            await notifier.NotifyAsync(arrivals.Channel, $"own {i}");
            await TestServer.DataSource.NotifyAsync(arrivals.Channel, $"other {i}");
            await arrivals.UntilCountAsync(2 * (i + 1));
            await Stress.Chaos.KillBackendAsync(application);
            await Eventually.BecomesAsync(() => Stress.Chaos.BackendsAsync(application), count => count == 0);
            await Task.Delay(150); // a pause, not a synchronisation: a line in use just now is not asked whether it lives
        }

        gate.Set();
        foreach (var item in await arrivals.AllAsync())
        {
            if (item.Payload.StartsWith("own", StringComparison.Ordinal))
                own.Add(item.ProcessId);
        }

        Assert.That(own, Has.Count.EqualTo(3), "three connections");
        string[] expected = ["other 0", "other 1", "other 2"];
        foreach (var read in new Func<IEnumerable<string>>[] { () => plain.Items.Select(n => n.Payload), () => signals.Items.Payloads(), () => late.Items.Select(n => n.Payload) })
        {
            await Eventually.IsTrueAsync(() => read().Count() >= 4, expectation: "the marker too");
            Assert.That(read().Take(3), Is.EqualTo(expected));
        }

        Assert.That(signals.Items[0].IsResync);
    }

    [Test]
    public async Task AnIdOfThePast_IsForgottenAfterAMinute()
    {
        var clock = new System.Reactive.Concurrency.HistoricalScheduler();
        await using var arrivals = await Arrivals.ListenAsync();
        var notifier = new PgNotifier(TestServer.ConnectionString, new PgNotifierOptions { Scheduler = clock });
        await notifier.NotifyAsync(arrivals.Channel, "own");
        await arrivals.UntilCountAsync(1);
        var own = (await arrivals.AllAsync())[0];
        var passed = new Recorder<Notification>();
        using var source = new System.Reactive.Subjects.Subject<Notification>();
        using var subscription = source.ExceptFrom(notifier).Subscribe(passed);

        clock.AdvanceBy(TimeSpan.FromDays(1));
        source.OnNext(own);
        await notifier.DisposeAsync();
        clock.AdvanceBy(TimeSpan.FromSeconds(59));
        source.OnNext(own);
        Assert.That(passed.Count, Is.Zero);
        clock.AdvanceBy(TimeSpan.FromSeconds(2));
        source.OnNext(own);
        Assert.That(passed.Items, Is.EqualTo(new[] { own }));
    }
}
