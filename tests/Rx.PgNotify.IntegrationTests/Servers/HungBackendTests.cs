using System.Diagnostics;

namespace Rx.PgNotify.IntegrationTests.Servers;

/// <summary>One backend stops, as on a machine out of memory or in a debugger, and the rest of the server goes on.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class HungBackendTests
{
    [Test]
    public async Task ABackendThatHangsDuringListen_IsLeftWithinTwoHeartbeats_AndGoneSoonAfterItWakesUp()
    {
        const string application = "hung";
        await using var server = await TestServer.StartOwnAsync(TestServer.OnThisMachine);
        await using var listener = new PgListener(
            $"{server.ConnectionString};Application Name={application}",
            new PgListenerOptions { Heartbeat = TimeSpan.FromSeconds(1), ReconnectDelay = TimeSpan.FromMilliseconds(20) });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        var backend = (int)(await server.ExecuteAsync($"select pid from pg_stat_activity where application_name = '{application}'"))!;

        await ProcessSignal.SendAsync(backend, "STOP");
        try
        {
            var clock = Stopwatch.StartNew();
            using var second = listener.Channel("b").Subscribe(new Recorder<Notification>());
            await recorder.UntilCountAsync(2);
            await TestContext.Out.WriteLineAsync($"left after {clock.ElapsedMilliseconds} ms");
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2) + Eventually.BusyMachine), "two heartbeats, and a machine that is busy");
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
