using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class RealChangesTests
{
    [Test]
    public async Task AValue_IsLeftOutIfItsSensorHadItLastAndNoGapCameBetween()
    {
        await using var stage = new Stage();
        var results = await stage.PlayAsync(RealChanges(stage.Signals("readings")));
        await stage.SendAsync("readings", "a=1", "b=1", "a=1", "a=2", "b=1", "a=1");
        Assert.That(results.Items, Is.EqualTo(new[] { "a=1", "b=1", "a=2", "a=1" }));

        await stage.LoseConnectionAsync();
        await stage.SendAsync("readings", "a=1", "a=1");
        Assert.That(results.Items.Skip(4), Is.EqualTo(new[] { "a=1" }));
    }

    static IObservable<string> RealChanges(IObservable<ChannelSignal> signals) =>
        signals.Publish(shared => shared
            .Where(signal => signal.IsNotification)
            .Select(signal => signal.Notification.Payload)
            .GroupByUntil(payload => payload.Split('=')[0], _ => shared.Where(signal => signal.IsResync))
            .SelectMany(sensor => sensor.DistinctUntilChanged()));
}
