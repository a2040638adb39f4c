using Rx.PgNotify.Benchmarks.Comparison.Workloads;

namespace Rx.PgNotify.Benchmarks.Comparison;

/// <summary>How often, and how much.</summary>
sealed record Scale(int Rounds, IReadOnlyList<Workload> Workloads)
{
    /// <summary>What the figures of the docs come from.</summary>
    public static Scale Full { get; } = new(5,
    [
        new Burst(200_000, bytes: 8),
        new Burst(200_000, bytes: 512),
        new Burst(200_000, bytes: 8, channels: 1_000),
        new FanOut(20_000, subscribers: 100),
        new Commits(100),
        new Singles(2_000),
        new ManyChannels(1_000),
        new ManyChannels(10_000),
    ]);

    /// <summary>To see that it works.</summary>
    public static Scale Quick { get; } = new(1,
    [
        new Burst(20_000, bytes: 8),
        new Burst(20_000, bytes: 512),
        new Burst(20_000, bytes: 8, channels: 1_000),
        new FanOut(2_000, subscribers: 100),
        new Commits(10),
        new Singles(200),
        new ManyChannels(1_000),
    ]);

    public Scale Only(string name) =>
        this with { Workloads = [.. Workloads.Where(workload => workload.Name.Contains(name, StringComparison.OrdinalIgnoreCase))] };
}
