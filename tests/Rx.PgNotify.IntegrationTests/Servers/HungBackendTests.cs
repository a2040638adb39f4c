namespace Rx.PgNotify.IntegrationTests.Servers;

/// <summary>One backend stops, as on a machine out of memory or in a debugger, and the rest of the server goes on.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class HungBackendTests
{
    [Test]
    public async Task ABackendThatHangsDuringListen_IsLeftWithinTwoHeartbeats_AndGoneSoonAfterItWakesUp()
    {
        const string application = "hung";
        var heartbeat = TimeSpan.FromSeconds(2);
        await using var server = await TestServer.StartOwnAsync(TestServer.OnThisMachine);
        await using var tap = WireTap.Start(server.ConnectionString);
        await using var clock = await HeartbeatClock.StartAsync(heartbeat);
        await using var listener = new PgListener(
            $"{tap.ConnectionString};Application Name={application}",
            new PgListenerOptions { Heartbeat = heartbeat, ReconnectDelay = TimeSpan.FromMilliseconds(20) });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        var backend = (int)(await server.ExecuteAsync($"select pid from pg_stat_activity where application_name = '{application}'"))!;

        await ProcessSignal.SendAsync(backend, "STOP");
        try
        {
            var start = clock.Beats;
            using var second = listener.Channel("b").Subscribe(new Recorder<Notification>());
            await Eventually.BecomesAsync(() => Task.FromResult(tap.Connections), connections => connections >= 2);
            var beats = clock.Beats - start;
            await TestContext.Out.WriteLineAsync($"left in {beats} beats");
            Assert.That(beats, Is.LessThanOrEqualTo(HeartbeatClock.MostBeatsIn(2)));
            await recorder.UntilCountAsync(2);
            Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
        }
        finally
        {
            await ProcessSignal.SendAsync(backend, "CONT");
        }

        // It listens by now and nobody reads what it sends: it would hold back the notifications of the whole server.
        await Eventually.BecomesAsync(
            () => server.ExecuteAsync($"select string_agg(pid::text, ' ') from pg_stat_activity where application_name = '{application}' and pid = {backend}"),
            left => left is DBNull);
        Assert.That(
            await server.ExecuteAsync($"select count(*) from pg_stat_activity where application_name = '{application}'"), Is.EqualTo(1L));
    }
}
