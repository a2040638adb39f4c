using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class RepeatedTests
{
    [Test]
    public async Task AUser_IsToldWhenHeFailsOftenEnoughWithinTheTime()
    {
        await using var stage = new Stage();
        var results = await stage.PlayAsync(
            Repeated(stage.Notifications("failures"), times: 3, TimeSpan.FromMinutes(1), stage.Clock));
        await stage.SendAsync("failures", "ann", "bob", "bob", "ann");
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(59));
        await stage.SendAsync("failures", "bob");
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(2));
        await stage.SendAsync("failures", "ann", "bob");
        Assert.That(results.Items, Is.EqualTo(new[] { "bob" }));
        await stage.SendAsync("failures", "bob");
        Assert.That(results.Items, Is.EqualTo(new[] { "bob", "bob" }));
    }

    static IObservable<string> Repeated(
        IObservable<Notification> failures, int times, TimeSpan within, IScheduler scheduler) =>
        failures
            .GroupByUntil(failure => failure.Payload, user => user.Throttle(within, scheduler))
            .SelectMany(user => user
                .Timestamp(scheduler)
                .Buffer(times, 1)
                .Where(last => last.Count == times && last[^1].Timestamp - last[0].Timestamp <= within)
                .Select(_ => user.Key));
}
