using System.Diagnostics;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

[LongTest]
[NonParallelizable]
public class BridgeStressTests
{
    static readonly TimeSpan s_longestRound = TimeSpan.FromSeconds(15);

    // Ten seconds of the README's test command: three of faults, and then what has to hold. Less would show little.
    [Test]
    public Task EveryReceiver_IsToldOfEveryGap_WhateverBreaksOnTheWay() => RunAsync(TimeSpan.FromSeconds(3), rounds: _ => false);

    [Test]
    public Task EveryReceiver_IsToldOfEveryGap_ForLong()
    {
        var length = TimeSpan.FromTicks(Math.Clamp(StressSettings.Duration.Ticks / 5, TimeSpan.FromSeconds(3).Ticks, s_longestRound.Ticks));
        return RunAsync(length, rounds: elapsed => elapsed + length < StressSettings.Duration);
    }

    static async Task RunAsync(TimeSpan length, Func<TimeSpan, bool> rounds)
    {
        var seed = StressSettings.Seed;
        await TestContext.Progress.WriteLineAsync($"Bridge: PGNOTIFY_STRESS_SEED={seed}");
        var findings = new Findings();
        var start = Stopwatch.GetTimestamp();
        await using var run = await StressRun.StartAsync(seed, findings);
        do
            await run.RoundAsync(length);
        while (rounds(Stopwatch.GetElapsedTime(start)) && findings.ViolationCount == 0);

        var staleness = run.Staleness.DefaultIfEmpty().Max();
        await TestContext.Progress.WriteLineAsync(
            $"Bridge: seed {seed}, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s, {findings.ViolationCount} violations; {findings}\n" +
            $"Stale after all was whole: {staleness.TotalSeconds:F2} s at the most in {run.Staleness.Count} rounds\n{findings.Violations}");
        Assert.That(findings.ViolationCount, Is.Zero, () => $"Seed {seed}\n{findings.Violations}");
        Assert.That(findings["notifications"], Is.GreaterThan(100), "or nothing was tested");
    }
}
