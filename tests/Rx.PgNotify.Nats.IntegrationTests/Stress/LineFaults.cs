namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>A line that is cut, delayed, throttled, black-holed and refused.</summary>
sealed class LineFaults(string name, FaultProxy proxy, Findings findings) : IFaults
{
    public async Task StrikeAsync(Random random, CancellationToken stop)
    {
        switch (random.Next(8))
        {
            case < 3:
                findings.Count($"{name} cuts");
                proxy.Cut(reset: random.Next(2) == 0);
                break;
            case < 5:
                findings.Count($"{name} black holes");
                using (proxy.Swallow(newLines: random.Next(2) == 0))
                    await Pause.ForAsync(random.Next(100, 4_000), stop);
                break;
            case 5:
                findings.Count($"{name} refusals");
                using (proxy.Refuse())
                {
                    proxy.Cut();
                    await Pause.ForAsync(random.Next(50, 800), stop);
                }

                break;
            case 6:
                findings.Count($"{name} delays");
                proxy.Delay = TimeSpan.FromMilliseconds(random.Next(1, 600));
                await Pause.ForAsync(random.Next(2_000), stop);
                proxy.Delay = TimeSpan.Zero;
                break;
            default:
                findings.Count($"{name} throttles");
                proxy.BytesPerSecond = random.Next(2_000, 100_000);
                await Pause.ForAsync(random.Next(2_000), stop);
                proxy.BytesPerSecond = 0;
                break;
        }
    }
}
