using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class ChangesPerTableTests
{
    [Test]
    public async Task ATable_IsSummedUpWhenItHasBeenIdle_AndCountsAnewAfterwards()
    {
        await using var stage = new Stage();
        var results = await stage.PlayAsync(
            ChangesPerTable(stage.Notifications("changes"), TimeSpan.FromSeconds(60), stage.Clock));
        await stage.SendAsync("changes", "orders:1", "orders:2", "items:7");
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(40));
        await stage.SendAsync("changes", "orders:1");
        Assert.That(results.Count, Is.Zero);

        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(30));
        Assert.That(results.Items, Is.EqualTo(new[] { ("items", 1) }));
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(30));
        await stage.SendAsync("changes", "orders:3");
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(60));
        Assert.That(results.Items, Is.EqualTo(new[] { ("items", 1), ("orders", 3), ("orders", 1) }));
    }

    static IObservable<(string Table, int Changes)> ChangesPerTable(
        IObservable<Notification> changes, TimeSpan idle, IScheduler scheduler) =>
        changes
            .GroupByUntil(change => change.Payload.Split(':')[0], table => table.Throttle(idle, scheduler))
            .SelectMany(table => table.Count().Select(count => (table.Key, count)));
}
