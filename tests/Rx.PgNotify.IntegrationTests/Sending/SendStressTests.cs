using System.Diagnostics;
using System.Globalization;
using Rx.PgNotify.IntegrationTests.Stress;

namespace Rx.PgNotify.IntegrationTests.Sending;

/// <summary>Many senders over a line that is killed, cut, swallowed and refused; then each send is accounted for.</summary>
[LongTest, NonParallelizable]
public class SendStressTests
{
    const int Senders = 24;

    static readonly TimeSpan s_duration = TimeSpan.FromSeconds(5);

    [TestCase(false)]
    [TestCase(true)]
    public async Task EachSend_ArrivesAsItsTaskSays_AndInOrder(bool resendInDoubt)
    {
        var seed = StressSettings.Seed;
        await TestContext.Progress.WriteLineAsync($"Sending: PGNOTIFY_STRESS_SEED={seed}");
        var application = UniqueChannel.Name("app");
        string[] channels = [.. Enumerable.Range(0, Senders).Select(_ => UniqueChannel.Name())];
        await using var arrivals = await Arrivals.ListenAsync(null, channels);
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        var notifier = new PgNotifier($"{proxy.ConnectionString};Application Name={application}", new PgNotifierOptions
        {
            Capacity = 100,
            CommitTimeout = TimeSpan.FromSeconds(2),
            ReconnectDelay = TimeSpan.FromMilliseconds(5),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
            FlushTimeout = TimeSpan.FromMinutes(1),
            SendTimeout = TimeSpan.FromMilliseconds(700), // some of the outages last longer
            ResendInDoubt = resendInDoubt,
        });
        var ledgers = channels.Select(channel => new SendLedger(channel)).ToList();
        var clock = Stopwatch.StartNew();
        var faults = BreakAsync(proxy, application, new Random(seed), clock);
        await Task.WhenAll(ledgers.Select((ledger, i) => Task.Run(() => SendAsync(notifier, ledger, new Random(seed + i), clock))));
        var counts = await faults;
        await notifier.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);

        // What was in doubt may be committed late, by a backend that does not know yet that its client has gone.
        await Eventually.BecomesAsync(() => Chaos.BackendsAsync(application), backends => backends == 0);
        var arrived = (await arrivals.AllAsync()).ToLookup(item => item.Channel, item => int.Parse(item.Payload, CultureInfo.InvariantCulture));
        var violations = ledgers.SelectMany(ledger => ledger.Violations([.. arrived[ledger.Channel]], resendInDoubt)).ToList();
        await TestContext.Progress.WriteLineAsync($"Sending: seed {seed}, {counts}; {SendLedger.Summary(ledgers)}; {arrived.Sum(group => group.Count())} arrived");
        Assert.That(violations, Is.Empty, $"Seed {seed}");
        Assert.That(ledgers.Sum(ledger => ledger.Succeeded), Is.GreaterThan(100), "or nothing was tested");
    }

    static async Task SendAsync(PgNotifier notifier, SendLedger ledger, Random random, Stopwatch clock)
    {
        while (clock.Elapsed < s_duration)
        {
            using var cancellation = new CancellationTokenSource();
            var count = random.Next(1, 30);
            for (var i = 0; i < count; i++)
                ledger.Add(random.Next(4) == 0, payload => notifier.NotifyAsync(ledger.Channel, payload, random.Next(10) == 0 ? cancellation.Token : default));
            if (random.Next(3) == 0)
                await cancellation.CancelAsync();
            await ledger.UntilEndedAsync();
            await Task.Delay(random.Next(10));
        }
    }

    static async Task<string> BreakAsync(FaultProxy proxy, string application, Random random, Stopwatch clock)
    {
        var (kills, cuts, outages, holes) = (0, 0, 0, 0);
        while (clock.Elapsed < s_duration)
        {
            await Task.Delay(random.Next(10, 300));
            switch (random.Next(10))
            {
                case < 4:
                    kills += await Chaos.KillBackendAsync(application) ? 1 : 0;
                    break;
                case < 7:
                    // What the server has said is then lost on its way.
                    proxy.Delay = TimeSpan.FromMilliseconds(random.Next(1, 30));
                    await Task.Delay(random.Next(60));
                    proxy.Cut(reset: random.Next(2) == 0);
                    proxy.Delay = TimeSpan.Zero;
                    cuts++;
                    break;
                case < 9:
                    using (proxy.Refuse())
                    {
                        proxy.Cut();
                        await Task.Delay(random.Next(1_200));
                    }

                    outages++;
                    break;
                default:
                    using (proxy.Swallow())
                        await Task.Delay(random.Next(2_500));
                    holes++;
                    break;
            }
        }

        return $"{kills} kills, {cuts} cuts, {outages} outages, {holes} black holes";
    }
}
