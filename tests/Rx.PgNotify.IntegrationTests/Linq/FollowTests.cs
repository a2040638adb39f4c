using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class FollowTests
{
    [Test]
    public async Task AfterASwitch_OnlyTheNewlySelectedIsHeard()
    {
        await using var stage = new Stage();
        var (ann, bob) = ($"{Guid.NewGuid():N}", $"{Guid.NewGuid():N}");
        using var selected = new Subject<string>();
        var signals = await stage.PlayAsync(Follow(selected, stage.Listener));
        using var hearsAnn = await stage.Listener.Channel($"customer_{ann}").SubscribeAsync(_ => { });

        selected.OnNext(ann);
        selected.OnNext(ann);
        await signals.UntilCountAsync(1);
        await TestServer.DataSource.NotifyAsync($"customer_{ann}", "moved");
        await signals.UntilCountAsync(2);
        selected.OnNext(bob);
        await signals.UntilCountAsync(3);
        await TestServer.DataSource.NotifyAsync($"customer_{ann}", "not heard");
        await TestServer.DataSource.NotifyAsync($"customer_{bob}", "married");
        await signals.UntilCountAsync(4);

        Assert.That(signals.Items.Select(signal => $"{signal}"), Is.EqualTo(new[]
        {
            $"Resync(customer_{ann}, Subscribed)", $"Notification(customer_{ann})",
            $"Resync(customer_{bob}, Subscribed)", $"Notification(customer_{bob})",
        }));
    }

    static IObservable<ChannelSignal> Follow(IObservable<string> selected, PgListener listener) =>
        selected
            .DistinctUntilChanged()
            .Select(customer => listener.Channel($"customer_{customer}").Signals)
            .Switch();
}
