using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class CountPerSecondTests
{
    [Test]
    public async Task EachSecond_GetsItsCount()
    {
        await using var stage = new Stage();
        var results = await stage.PlayAsync(CountPerSecond(stage.Signals("changes"), stage.Clock));
        await stage.SendAsync("changes", "a", "b", "c");
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(2));
        await stage.SendAsync("changes", "d");
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(1));
        Assert.That(results.Items, Is.EqualTo(new[] { 3, 0, 1 }));
    }

    [Test]
    public async Task WhatAnOverflowDropped_IsCountedToo()
    {
        await using var stage = new Stage(bufferCapacity: 10);
        using var gate = new ManualResetEventSlim(initialState: true);
        var results = await stage.PlayAsync(CountPerSecond(stage.Signals("changes").Do(_ => gate.Wait()), stage.Clock));
        var sibling = new Recorder<Notification>();
        using var subscription = await stage.Listener.Channel(stage.Name("changes")).SubscribeAsync(sibling);
        gate.Reset();
        var sending = stage.SendAsync("changes", [.. Enumerable.Repeat("x", 200), "last"]);
        await sibling.UntilAsync(items => items.Any(item => item.Payload == "last"), "all should be stored");
        gate.Set();
        await sending;
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(1));
        Assert.That(results.Items, Is.EqualTo(new[] { 201 }));
    }

    static IObservable<long> CountPerSecond(IObservable<ChannelSignal> signals, IScheduler scheduler) =>
        signals
            .Window(TimeSpan.FromSeconds(1), scheduler)
            .SelectMany(second => second.Sum(signal => signal.IsResync ? signal.Dropped : 1));
}
