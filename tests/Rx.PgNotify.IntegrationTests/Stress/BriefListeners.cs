namespace Rx.PgNotify.IntegrationTests.Stress;

/// <summary>Listeners that are disposed, one after the other, in the midst of whatever befalls their line.</summary>
sealed class BriefListeners(StressedLine line, IReadOnlyList<CommitLog> channels, Findings findings, HeartbeatClock clock)
{
    public async Task RunAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var options = new PgListenerOptions { Heartbeat = TimeSpan.FromSeconds(1), Linger = TimeSpan.Zero };
            await using var listener = new StressedListener("brief", options, line, channels, findings, clock);
            using var end = new CancellationTokenSource();
            using var leave = new CancellationTokenSource(random.Next(3_000));
            var chaos = new Chaos(line, findings).RunAsync(new Random(random.Next()), end.Token);
            await listener.Subscribers.ChurnAsync(new Random(random.Next()), 10, leave.Token);
            await listener.EndAsync();
            await end.CancelAsync();
            await chaos;
            await listener.NoBackendIsLeftAsync();
        }
    }
}
