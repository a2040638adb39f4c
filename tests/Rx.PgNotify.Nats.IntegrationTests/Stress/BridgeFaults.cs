namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>A bridge that is killed, and started again after a while, or stands still for a while.</summary>
sealed class BridgeFaults(BridgeProcess bridge, Findings findings) : IFaults
{
    public async Task StrikeAsync(Random random, CancellationToken stop)
    {
        var role = bridge.IsAtWork ? "bridge" : "standby";
        if (random.Next(5) < 2)
        {
            findings.Count($"{role} kills");
            await bridge.KillAsync();
            await Pause.ForAsync(random.Next(1_000), stop);
            bridge.Start();
        }
        else
        {
            findings.Count($"{role} stops");
            await bridge.PauseAsync();
            await Pause.ForAsync(random.Next(200, 4_000), stop);
            await bridge.ResumeAsync();
        }
    }
}
