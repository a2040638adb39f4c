using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class StepsTests
{
    [Test]
    public async Task EachState_ComesWithTheOneBefore()
    {
        await using var stage = new Stage();
        var results = await stage.PlayAsync(Steps(stage.Notifications("states")));
        await stage.SendAsync("states", "placed");
        Assert.That(results.Count, Is.Zero);
        await stage.SendAsync("states", "packed", "sent");
        Assert.That(results.Items, Is.EqualTo(new[] { ("placed", "packed"), ("packed", "sent") }));
    }

    static IObservable<(string Previous, string Current)> Steps(IObservable<Notification> states) =>
        states
            .Select(state => state.Payload)
            .Publish(shared => shared.Zip(shared.Skip(1), (previous, current) => (previous, current)));
}
