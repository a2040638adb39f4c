using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class FirstOfEachKeyTests
{
    [Test]
    public async Task AKey_IsToldAtOnceAndThenNotBeforeTheHushIsOver()
    {
        await using var stage = new Stage();
        var results = await stage.PlayAsync(
            FirstOfEachKey(stage.Notifications("changes"), TimeSpan.FromMinutes(5), stage.Clock));
        await stage.SendAsync("changes", "42", "42", "7", "42");
        Assert.That(results.Items, Is.EqualTo(new[] { "42", "7" }));

        stage.Clock.AdvanceBy(TimeSpan.FromMinutes(4));
        await stage.SendAsync("changes", "42");
        stage.Clock.AdvanceBy(TimeSpan.FromMinutes(1));
        await stage.SendAsync("changes", "42", "7", "7");
        Assert.That(results.Items, Is.EqualTo(new[] { "42", "7", "42", "7" }));
    }

    static IObservable<string> FirstOfEachKey(
        IObservable<Notification> changes, TimeSpan hush, IScheduler scheduler) =>
        changes
            .GroupByUntil(change => change.Payload, _ => Observable.Timer(hush, scheduler))
            .SelectMany(key => key.Take(1))
            .Select(change => change.Payload);
}
