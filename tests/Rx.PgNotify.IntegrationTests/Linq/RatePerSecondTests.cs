using System.Globalization;
using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class RatePerSecondTests
{
    [Test]
    public async Task TheRate_IsTheDifferenceOverTheTimeBetween()
    {
        await using var stage = new Stage();
        var results = await stage.PlayAsync(RatePerSecond(stage.Notifications("levels"), stage.Clock));
        await stage.SendAsync("levels", "100");
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(4));
        await stage.SendAsync("levels", "?", "90", "80");
        stage.Clock.AdvanceBy(TimeSpan.FromSeconds(2));
        await stage.SendAsync("levels", "81");
        Assert.That(results.Items, Is.EqualTo(new[] { -2.5, 0.5 }));
    }

    static IObservable<double> RatePerSecond(IObservable<Notification> levels, IScheduler scheduler) =>
        levels
            .Select(level => double.TryParse(level.Payload, CultureInfo.InvariantCulture, out var value) ? value : double.NaN)
            .Where(double.IsFinite)
            .TimeInterval(scheduler)
            .Buffer(2, 1)
            .Where(pair => pair.Count == 2 && pair[1].Interval > TimeSpan.Zero)
            .Select(pair => (pair[1].Value - pair[0].Value) / pair[1].Interval.TotalSeconds);
}
