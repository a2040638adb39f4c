using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class OverdueTests
{
    [Test]
    public async Task AnOrder_IsOverdueUnlessItsPaymentFollowsInTime()
    {
        await using var stage = new Stage();
        var results = await stage.PlayAsync(
            Overdue(stage.Notifications("placed"), stage.Notifications("paid"), TimeSpan.FromMinutes(15), stage.Clock));
        await stage.SendAsync("placed", "1", "2", "3");
        stage.Clock.AdvanceBy(TimeSpan.FromMinutes(14));
        await stage.SendAsync("paid", "2");
        Assert.That(results.Count, Is.Zero);
        stage.Clock.AdvanceBy(TimeSpan.FromMinutes(1));
        await stage.SendAsync("paid", "3");
        Assert.That(results.Items, Is.EqualTo(new[] { "1", "3" }));
    }

    static IObservable<string> Overdue(
        IObservable<Notification> placed, IObservable<Notification> paid, TimeSpan limit, IScheduler scheduler) =>
        paid.Publish(payments => placed
            .SelectMany(order => Observable.Timer(limit, scheduler)
                .TakeUntil(payments.Where(payment => payment.Payload == order.Payload))
                .Select(_ => order.Payload)));
}
