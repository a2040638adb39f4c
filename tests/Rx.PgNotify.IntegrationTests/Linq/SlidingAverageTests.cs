using System.Globalization;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class SlidingAverageTests
{
    [Test]
    public async Task TheAverage_IsOfTheLastValuesAndBeginsAnewAfterAGap()
    {
        await using var stage = new Stage();
        var results = await stage.PlayAsync(SlidingAverage(stage.Signals("measurements"), size: 3));
        await stage.SendAsync("measurements", "1", "2", "not a number", "NaN", "6", "1.5e1");
        Assert.That(results.Items, Is.EqualTo(new[] { 3.0, 23.0 / 3 }));

        await stage.LoseConnectionAsync();
        await stage.SendAsync("measurements", "10", "20");
        Assert.That(results.Count, Is.EqualTo(2));
        await stage.SendAsync("measurements", "60");
        Assert.That(results.Items[^1], Is.EqualTo(30.0));
    }

    static IObservable<double> SlidingAverage(IObservable<ChannelSignal> signals, int size) =>
        signals.Publish(shared => shared
            .Where(signal => signal.IsResync)
            .Select(_ => shared
                .Where(signal => signal.IsNotification)
                .Select(signal => ValueOf(signal.Notification.Payload))
                .Where(double.IsFinite)
                .Buffer(size, 1)
                .Where(values => values.Count == size)
                .Select(values => values.Average()))
            .Switch());

    static double ValueOf(string payload) =>
        double.TryParse(payload, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;
}
