namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>Faults at random, several at a time, but one at a time of each part.</summary>
sealed class Chaos(IReadOnlyList<IFaults> parts)
{
    /// <summary>Lets things happen until it is told to stop. When it completes all is whole.</summary>
    public async Task RunAsync(Random random, CancellationToken stop)
    {
        var strikes = parts.Select(_ => Task.CompletedTask).ToArray();
        while (!stop.IsCancellationRequested)
        {
            await Pause.ForAsync(random.Next(50, 1_200), stop);
            var (part, seed) = (random.Next(parts.Count), random.Next());
            if (!strikes[part].IsCompleted || stop.IsCancellationRequested)
                continue;
            await strikes[part];
            strikes[part] = parts[part].StrikeAsync(new Random(seed), stop);
        }

        await Task.WhenAll(strikes);
    }
}
