using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.TestFixtures;
using Rx.PgNotify.Tests.Operators;

namespace Rx.PgNotify.Tests.Delivery;

/// <summary>Real threads; what is asserted holds for every interleaving.</summary>
[LongTest]
public class HubThreadTests
{
    const int Joiners = 3;
    const int StayingEach = 20;

    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    readonly BufferBudget _budget = new(100 * SignalRing.CostOf("123456"));
    readonly DeliveryCounts _counts = new();
    readonly ConcurrentQueue<NumberedStream> _staying = [];
    readonly ConcurrentQueue<NumberedStream> _leaving = [];
    ChannelHub _hub = null!;

    [TestCase(16, TestName = "a small capacity")]
    [TestCase(65_536, TestName = "a capacity beyond the budget")]
    public async Task EachStream_IsWhole_HoweverOthersComeAndGo_AndConnectionsBreak(int capacity)
    {
        var seed = Random.Shared.Next();
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        _hub = new ChannelHub("orders", typeof(PgListener), capacity, _budget, _counts);
        _staying.Clear();
        _leaving.Clear();
        var threads = Enumerable.Range(0, Joiners).Select(i => new Thread(() => ComeAndGo(new Random(seed + i)))).ToList();
        threads.ForEach(thread => thread.Start());

        var sent = Serve(new Random(seed - 1), () => threads.TrueForAll(thread => !thread.IsAlive));
        _hub.Complete(null);

        await Task.WhenAll(_staying.Select(stream => stream.Ended)).WaitAsync(s_deadline);
        Assert.That(_staying.Concat(_leaving).Select(stream => stream.Mistake), Is.All.Null);
        Assert.That(_staying, Has.Count.EqualTo(Joiners * StayingEach));
        Assert.That(
            _staying.Select(stream => stream.Last),
            Is.All.Matches<ChannelSignal>(last => last.IsResync || last.Notification.Payload == $"{sent - 1}"), "the end, or that it is lost");
        Assert.That(_counts.Dropped, Is.Positive, "or nothing was tried");
        Assert.That((_budget.Used, _budget.BufferedNotifications), Is.EqualTo((0L, 0L)));
    }

    // As the session does: from one thread, with a LISTEN in force at the end.
    long Serve(Random random, Func<bool> isEnough)
    {
        var sent = 0L;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < s_deadline && !(isEnough() && _counts.Dropped > 0);)
        {
            _hub.ListenRequested();
            if (random.Next(2) == 0)
                _hub.Acknowledge();
            for (var batches = random.Next(200); batches > 0; batches--)
            {
                var batch = new Notification[random.Next(1, 30)];
                for (var i = 0; i < batch.Length; i++)
                    batch[i] = new Notification("orders", (sent++).ToString(CultureInfo.InvariantCulture), 1);
                _hub.Append(batch);
                if (random.Next(20) == 0)
                    _budget.CountDeliveries();
            }

            _hub.NoLongerListened();
            _hub.Append([new Notification("orders", (sent++).ToString(CultureInfo.InvariantCulture), 1)]);
        }

        _hub.ListenRequested();
        _hub.Append([new Notification("orders", (sent++).ToString(CultureInfo.InvariantCulture), 1)]);
        return sent;
    }

    void ComeAndGo(Random random)
    {
        for (var staying = 0; staying < StayingEach;)
        {
            var stream = new NumberedStream();
            var subscription = Subscribe(stream, isPulled: random.Next(2) == 0);
            Producers.Spin(TimeSpan.FromMicroseconds(random.Next(500)));
            if (random.Next(20) == 0)
            {
                _staying.Enqueue(stream);
                staying++;
            }
            else
            {
                subscription.Dispose();
                _leaving.Enqueue(stream);
            }
        }
    }

    Reader Subscribe(NumberedStream stream, bool isPulled)
    {
        if (!isPulled)
        {
            var subscription = new SignalSubscription(_hub, new ObserverCalls(null, null, (_, _) => { }), () => { }, null, stream);
            _hub.Join(subscription);
            return subscription;
        }

        var pulled = new PullSubscription(_hub, () => { });
        _hub.Join(pulled);
        _ = PullAsync(pulled, stream);
        return pulled;
    }

    static async Task PullAsync(PullSubscription subscription, NumberedStream stream)
    {
        while (await subscription.ReadAsync() is { Count: > 0 } batch)
        {
            foreach (var signal in batch)
                stream.OnNext(signal);
        }

        stream.OnCompleted();
    }
}
