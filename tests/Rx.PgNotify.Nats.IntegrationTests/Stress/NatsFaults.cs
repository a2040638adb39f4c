namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>A NATS server that is killed, and started again after a while, or stands still for a while.</summary>
sealed class NatsFaults(NatsServer server, Findings findings) : IFaults
{
    public async Task StrikeAsync(Random random, CancellationToken stop)
    {
        if (random.Next(2) == 0)
        {
            findings.Count("nats-server kills");
            await server.KillAsync();
            await Pause.ForAsync(random.Next(1_000), stop);
            await server.StartAgainAsync();
        }
        else
        {
            findings.Count("nats-server stops");
            await server.PauseAsync();
            await Pause.ForAsync(random.Next(200, 4_000), stop);
            await server.ResumeAsync();
        }
    }
}
