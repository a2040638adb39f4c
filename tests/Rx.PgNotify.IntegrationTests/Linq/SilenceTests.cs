using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class SilenceTests
{
    [Test]
    public async Task Silence_IsToldOnceAndSoIsItsEnd()
    {
        await using var stage = new Stage();
        var results = await stage.PlayAsync(
            Silence(stage.Signals("beats"), TimeSpan.FromMinutes(1), stage.Clock));
        Assert.That(results.Items, Is.EqualTo(new[] { false }));
        for (var i = 0; i < 3; i++)
        {
            stage.Clock.AdvanceBy(TimeSpan.FromSeconds(50));
            await stage.SendAsync("beats", "alive");
        }

        Assert.That(results.Items, Is.EqualTo(new[] { false }));
        stage.Clock.AdvanceBy(TimeSpan.FromMinutes(10));
        await stage.SendAsync("beats", "again", "and again");
        Assert.That(results.Items, Is.EqualTo(new[] { false, true, false }));
    }

    static IObservable<bool> Silence(IObservable<ChannelSignal> signals, TimeSpan limit, IScheduler scheduler) =>
        signals
            .Select(_ => Observable.Timer(limit, scheduler).Select(_ => true).StartWith(false))
            .Switch()
            .DistinctUntilChanged();
}
