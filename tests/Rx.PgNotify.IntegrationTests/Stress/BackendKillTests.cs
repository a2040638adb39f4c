using System.Diagnostics;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Stress;

[LongTest, NonParallelizable]
public class BackendKillTests
{
    [Test]
    public async Task AfterEachOfManyBackendKillsUnderLoad_EverySubscriberGetsAResyncAndThenAllThatIsCommitted()
    {
        var seed = StressSettings.Seed;
        var kills = StressSettings.Kills;
        await TestContext.Progress.WriteLineAsync($"Kills: PGNOTIFY_STRESS_SEED={seed}, {kills} kills");
        var findings = new Findings();
        var random = new Random(seed);
        var application = UniqueChannel.Name("kills");
        CommitLog[] channels = [new(UniqueChannel.Name()), new(UniqueChannel.Name())];
        await using var listener = new PgListener(
            new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { ApplicationName = application }.ConnectionString,
            new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(5) });
        var observers = channels.SelectMany(log => new[] { log, log }).Select((log, i) =>
        {
            var observer = new StressObserver(log, $"{i}", Temper.Fast, 0, findings, () => false);
            observer.Subscribed(listener.Channel(log.Channel).Signals.Subscribe(observer));
            return observer;
        }).ToArray();
        using var stop = new CancellationTokenSource();
        var senders = new Senders(TestServer.DataSource, channels, findings);
        var sending = Enumerable.Range(0, 3).Select(_ => senders.RunAsync(new Random(random.Next()), stop.Token)).ToArray();
        await Eventually.IsTrueAsync(() => observers.All(observer => observer.Last > 0));

        var start = Stopwatch.GetTimestamp();
        for (var kill = 1; kill <= kills; kill++)
        {
            Assert.That(await Chaos.KillBackendAsync(application), Is.True);
            await Eventually.IsTrueAsync(
                () => observers.All(observer => observer.Reconnects == kill), expectation: $"Resync number {kill}, seed {seed}");
            var started = channels.ToDictionary(log => log, log => log.Started);
            await Eventually.IsTrueAsync(
                () => observers.All(observer => observer.Last > started[observer.Log]), expectation: $"news after kill {kill}, seed {seed}");
        }

        await TestContext.Progress.WriteLineAsync(
            $"Kills: {kills} in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s, {findings.ViolationCount} violations; {findings}");
        await stop.CancelAsync();
        await Task.WhenAll(sending);
        await Eventually.IsTrueAsync(
            () => observers.All(observer => observer.Last == observer.Log.Committed), expectation: $"the last number, seed {seed}");
        Assert.That(findings.ViolationCount, Is.Zero, () => $"Seed {seed}\n{findings.Violations}");
        Assert.That(observers.Select(observer => observer.Reconnects), Is.All.EqualTo(kills));
        // The one that was killed last may still be going.
        await Eventually.BecomesAsync(() => Chaos.BackendsAsync(application), backends => backends == 1);
    }
}
