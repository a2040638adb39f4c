using System.Diagnostics;

namespace Rx.PgNotify.IntegrationTests.Stress;

[LongTest, NonParallelizable]
public class StressTests
{
    // What a run may add to the memory in use: caches of Npgsql and of the array pool, which fill as they are needed.
    const long MemoryMargin = 2 * 1024 * 1024;

    [Test]
    public async Task EverySubscriber_IsToldOfEveryGapAndMissesNothingElse_WhateverHappensInBetween()
    {
        var seed = StressSettings.Seed;
        await TestContext.Progress.WriteLineAsync($"Stress: PGNOTIFY_STRESS_SEED={seed}, {StressSettings.Duration.TotalSeconds} s");
        var findings = new Findings();
        await using var clock = await HeartbeatClock.StartAsync(StressedListener.DisposeLimit);
        await using var run = new StressRun(seed, findings, clock);

        // In rounds: only when all is at rest can be said what everybody must have got, and only when everybody has gone
        // whether anything is left.
        var memory = new List<long>();
        var start = Stopwatch.GetTimestamp();
        var length = TimeSpan.FromSeconds(Math.Clamp(StressSettings.Duration.TotalSeconds / 5, 2, 15));
        while (memory.Count < 3 || Stopwatch.GetElapsedTime(start) + length < StressSettings.Duration)
        {
            await run.RoundAsync(length);
            await run.AbandonAsync();
            memory.Add(GC.GetTotalMemory(forceFullCollection: true));
        }

        await run.RoundAsync(length);
        await run.EndAsync();

        // An observer is gone when it throws; the failure is reported a moment later.
        await Eventually.IsTrueAsync(() => findings["failures reported"] >= findings["throws"]);
        await TestContext.Progress.WriteLineAsync(
            $"Stress: seed {seed}, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s, {findings.ViolationCount} violations; {findings}\n" +
            $"KiB in use after each round: {string.Join(' ', memory.Select(bytes => bytes / 1024))}\n{findings.Violations}");
        Assert.That(findings.ViolationCount, Is.Zero, () => $"Seed {seed}\n{findings.Violations}");
        Assert.That(findings["failures reported"], Is.EqualTo(findings["throws"]), $"Seed {seed}");
        Assert.That(memory[^1], Is.LessThan(memory[memory.Count / 3] + MemoryMargin), $"Seed {seed}: the memory in use after each round");
        Assert.That(findings["notifications"], Is.GreaterThan(1_000), "or nothing was tested");
    }
}
