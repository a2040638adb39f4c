namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>What a listener says of itself without a subscription.</summary>
[Parallelizable(ParallelScope.All)]
public class CurrentStateTests
{
    [Test]
    public async Task Channel_AsText_IsItsName()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel("orders");

        Assert.That(($"{channel}", $"{channel.Signals}"), Is.EqualTo(("PgChannel(orders)", "ChannelSignals(orders)")));
    }

    [Test]
    public async Task CurrentStateAndProcessId_FollowTheConnection()
    {
        var application = UniqueChannel.Name();
        var listener = new PgListener(
            $"{TestServer.ConnectionString};Application Name={application}",
            new PgListenerOptions { Linger = TimeSpan.Zero, ReconnectDelay = TimeSpan.FromMilliseconds(10) });
        await using (listener)
        {
            Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Idle>());
            Assert.That(listener.ProcessId, Is.Null);

            var recorder = new Recorder<ChannelSignal>();
            using (listener.Channel("a").Signals.Subscribe(recorder))
            {
                await recorder.UntilSubscribedAsync();
                await Eventually.IsTrueAsync(() => listener.CurrentState is ListenerState.Listening);
                var first = listener.ProcessId;
                Assert.That(first, Is.EqualTo(await BackendAsync(application)).And.Not.Null);

                await TestServer.Current.KillBackendsAsync(application);
                await recorder.UntilCountAsync(2);
                await Eventually.IsTrueAsync(() => listener.ProcessId is not null && listener.ProcessId != first);
                Assert.That(listener.ProcessId, Is.EqualTo(await BackendAsync(application)));
            }

            await Eventually.IsTrueAsync(() => listener.CurrentState is ListenerState.Idle);
            Assert.That(listener.ProcessId, Is.Null);
        }

        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Disposed>());
        Assert.That(listener.ProcessId, Is.Null);
    }

    static async Task<int?> BackendAsync(string application) =>
        (int?)await TestServer.Current.ExecuteAsync($"select pid from pg_stat_activity where application_name = '{application}'");
}
