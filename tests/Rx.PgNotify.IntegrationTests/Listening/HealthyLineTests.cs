namespace Rx.PgNotify.IntegrationTests.Listening;

[LongTest, Parallelizable(ParallelScope.All)]
public class HealthyLineTests
{
    [Test]
    public async Task SubscribingAtAnyMomentOfTheHeartbeat_KeepsALineWithALongRoundTrip()
    {
        // A heartbeat is under way for 200 ms after each four seconds of silence, in which a busy machine answers too.
        var heartbeat = TimeSpan.FromSeconds(4);
        var moments = Enumerable.Range(0, 13).Select(n => heartbeat + TimeSpan.FromMilliseconds(-200 + (50 * n))).ToList();
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        var listeners = moments.ConvertAll(_ => new PgListener(
            proxy.ConnectionString, new PgListenerOptions { Heartbeat = heartbeat, ReconnectDelay = TimeSpan.FromMilliseconds(10) }));
        var states = listeners.ConvertAll(_ => new Recorder<ListenerState>());
        try
        {
            for (var i = 0; i < moments.Count; i++)
                listeners[i].State.Subscribe(states[i]);
            var bystanders = listeners.ConvertAll(_ => new Recorder<ChannelSignal>());
            for (var i = 0; i < moments.Count; i++)
            {
                listeners[i].Channel(UniqueChannel.Name()).Signals.Subscribe(bystanders[i]);
                await bystanders[i].UntilSubscribedAsync();
            }

            proxy.Delay = TimeSpan.FromMilliseconds(100);
            for (var round = 0; round < 3; round++)
                await Task.WhenAll(moments.Select((moment, i) => SubscribeAsync(listeners[i], moment)));

            var losses = states.SelectMany((state, i) =>
                state.Items.OfType<ListenerState.Reconnecting>().Select(loss => $"{moments[i].TotalMilliseconds} ms: {loss}"));
            Assert.That(losses, Is.Empty);
            Assert.That(bystanders.Select(bystander => bystander.Count), Is.All.EqualTo(1), "no Resync");
            Assert.That(proxy.Accepted, Is.EqualTo(moments.Count));
        }
        finally
        {
            await Task.WhenAll(listeners.Select(listener => listener.DisposeAsync().AsTask()));
        }
    }

    // The moment is what this test is about; the end is waited for.
    static async Task SubscribeAsync(PgListener listener, TimeSpan moment)
    {
        await Task.Delay(moment);
        await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { }).WaitAsync(Eventually.Deadline);
    }
}
