using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class MatchedTests
{
    [Test]
    public async Task AnOrderAndItsPayment_MatchWithinTheWindowInEitherOrder()
    {
        await using var stage = new Stage();
        var results = await stage.PlayAsync(
            Matched(stage.Notifications("orders"), stage.Notifications("payments"), TimeSpan.FromSeconds(10), stage.Clock));
        await stage.SendAsync("orders", "1", "2");
        await stage.SendAsync("payments", "3", "1");
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(9));
        await stage.SendAsync("orders", "3");
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(1));
        await stage.SendAsync("payments", "2");
        Assert.That(results.Items, Is.EqualTo(new[] { "1", "3" }));
    }

    static IObservable<string> Matched(
        IObservable<Notification> orders, IObservable<Notification> payments, TimeSpan window, IScheduler scheduler) =>
        orders
            .Join(
                payments,
                _ => Observable.Timer(window, scheduler),
                _ => Observable.Timer(window, scheduler),
                (order, payment) => (Order: order.Payload, Payment: payment.Payload))
            .Where(pair => pair.Order == pair.Payment)
            .Select(pair => pair.Order);
}
