using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class BatchesTests
{
    [Test]
    public async Task ABatch_IsFullOrOldButNeverEmpty()
    {
        await using var stage = new Stage();
        var results = await stage.PlayAsync(
            Batches(stage.Notifications("changes"), size: 3, TimeSpan.FromSeconds(1), stage.Clock));
        await stage.SendAsync("changes", "1", "2", "3", "4");
        Assert.That(results.Items, Is.EqualTo(new[] { new[] { "1", "2", "3" } }));
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(10));
        Assert.That(results.Items, Is.EqualTo(new[] { new[] { "1", "2", "3" }, ["4"] }));
    }

    static IObservable<IList<string>> Batches(
        IObservable<Notification> changes, int size, TimeSpan age, IScheduler scheduler) =>
        changes
            .Select(change => change.Payload)
            .Buffer(age, size, scheduler)
            .Where(batch => batch.Count > 0);
}
