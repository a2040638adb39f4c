using System.Reactive.Concurrency;
using System.Reactive.Subjects;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Real threads; what is asserted holds for every interleaving.</summary>
public class IsolateThreadTests
{
    const int ValuesEach = 100_000;
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    static IEnumerable<TestCaseData> Schedulers()
    {
        yield return new TestCaseData(1, DefaultScheduler.Instance).SetName("a capacity of one, on the pool");
        yield return new TestCaseData(16, DefaultScheduler.Instance).SetName("a small capacity, on the pool");
        yield return new TestCaseData(1_024, TaskPoolScheduler.Default).SetName("a large capacity, on the task pool");
        yield return new TestCaseData(64, NewThreadScheduler.Default).SetName("a new thread for every turn");
    }

    [TestCaseSource(nameof(Schedulers))]
    public void Isolate_OfSeveralThreads_AccountsForEveryValue(int capacity, IScheduler scheduler)
    {
        var random = Seeded();
        using var source = new Subject<long>();
        long next = 0, gap = 0, delivered = 0, dropped = 0, sent = 0;
        var inside = 0;
        string? wrong = null;
        using var ended = new ManualResetEventSlim();
        using var subscription = source.Isolate(
            capacity,
            n => Alone(() =>
            {
                if (n <= 0 || gap != 0)
                    wrong ??= $"a gap of {n} right after one of {gap}";
                gap = n;
                dropped += n;
            }),
            scheduler).Subscribe(
            value => Alone(() =>
            {
                if (value != next + gap)
                    wrong ??= $"{value} instead of {next} and a gap of {gap}";
                next = value + 1;
                gap = 0;
                if (delivered++ == 0)
                    SpinWait.SpinUntil(() => Volatile.Read(ref sent) > 3 * capacity, s_deadline); // makes sure of a drop
                if (random.Next(2_000) == 0)
                    Producers.Spin(TimeSpan.FromMilliseconds(1));
            }),
            () => Alone(ended.Set));

        var gate = new Lock();
        RunProducers(() =>
        {
            lock (gate)
                source.OnNext(sent++);
        });
        source.OnCompleted();

        Assert.That(ended.Wait(s_deadline), Is.True, "completed");
        Assert.That(wrong, Is.Null);
        Assert.That(next, Is.EqualTo(Producers.Count * ValuesEach), "the last value came");
        Assert.That(delivered + dropped, Is.EqualTo(Producers.Count * ValuesEach));
        Assert.That(dropped, Is.Positive);

        void Alone(Action action)
        {
            if (Interlocked.Increment(ref inside) != 1)
                wrong ??= "two calls at once";
            action();
            Interlocked.Decrement(ref inside);
        }
    }

    [Test]
    public void Isolate_OfSignalsOfSeveralThreads_AccountsForEveryNotificationAndResync()
    {
        var random = Seeded();
        string[] channels = ["a", "b", "c"];
        using var source = new Subject<ChannelSignal>();
        var next = channels.ToDictionary(c => c, _ => 0L);
        var resyncs = channels.ToDictionary(c => c, _ => 0);
        string? wrong = null;
        using var ended = new ManualResetEventSlim();
        using var subscription = source.Isolate(8).Subscribe(
            signal =>
            {
                next[signal.Channel] += signal.Dropped;
                if (signal.Reasons.HasFlag(ResyncReasons.Reconnected))
                    resyncs[signal.Channel] = 0;
                if (signal.IsNotification && signal.Notification.Payload != $"{next[signal.Channel]++}")
                    wrong ??= $"{signal.Notification.Payload} instead of {next[signal.Channel] - 1}";
                if (random.Next(2_000) == 0)
                    Producers.Spin(TimeSpan.FromMilliseconds(1));
            },
            ended.Set);

        var sent = channels.ToDictionary(c => c, _ => 0L);
        var sentAny = 0;
        var gate = new Lock();
        RunProducers(() =>
        {
            lock (gate)
            {
                var channel = channels[sentAny % channels.Length];
                if (++sentAny % 97 != 0)
                {
                    source.OnNext(ChannelSignal.From(new Notification(channel, $"{sent[channel]++}", 1)));
                    return;
                }

                source.OnNext(ChannelSignal.Resync(channel, ResyncReasons.Reconnected));
            }
        });
        foreach (var channel in channels)
        {
            resyncs[channel] = 1;
            source.OnNext(ChannelSignal.Resync(channel, ResyncReasons.Reconnected));
        }

        source.OnCompleted();

        Assert.That(ended.Wait(s_deadline), Is.True, "completed");
        Assert.That(wrong, Is.Null);
        Assert.That(next, Is.EqualTo(sent));
        Assert.That(resyncs.Values, Is.All.Zero, "the last Resync of each channel came");
    }

    [Test]
    public void SourceAndDispose_WhileTheObserverIsBusy_AreNotHeldUp()
    {
        using var source = new Subject<int>();
        using var observer = new BusyObserver();
        var dropped = 0L;
        var subscription = source.Isolate(10, n => dropped += n).Subscribe(i => observer.OnNext([i]));

        source.OnNext(0);
        observer.WaitUntilBusy();
        for (var i = 1; i <= 1_000; i++)
            source.OnNext(i);
        subscription.Dispose();
        observer.Release();

        Assert.That(() => observer.Received, Is.EqualTo(1).After(120_000, 5));
        Assert.That(observer.WasHeldUp, Is.False);
        Assert.That(dropped, Is.Zero, "nobody was told after Dispose");
    }

    static void RunProducers(Action send)
    {
        var threads = Enumerable.Range(0, Producers.Count).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < ValuesEach; i++)
                send();
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
    }

    static Random Seeded()
    {
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}
