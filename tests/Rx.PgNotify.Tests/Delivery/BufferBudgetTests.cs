using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Tests.Delivery;

/// <summary>Several channels that share one budget of bytes.</summary>
public class BufferBudgetTests
{
    static readonly int s_cost = SignalRing.CostOf("0");

    [Test]
    public async Task WhenTheBudgetIsSpent_TheLargestLaggardIsOverrun_AndNobodyElse()
    {
        var channels = new Channels(limit: 80 * s_cost);
        var (small, large, middle) = (channels.Add(), channels.Add(), channels.Add());
        Send(small.Hub, 10);
        Send(large.Hub, 41);
        Send(middle.Hub, 29);
        Assert.That(channels.Counts.Dropped, Is.Zero, "just within the budget");

        Send(small.Hub, 1);

        Assert.That(await DroppedAsync(small.Reader), Is.Zero);
        Assert.That(await DroppedAsync(middle.Reader), Is.Zero);
        Assert.That(await DroppedAsync(large.Reader), Is.EqualTo(21), "the older half");
        Assert.That(channels.Counts.Dropped, Is.EqualTo(21));
        Assert.That(channels.Budget.Used, Is.Zero, "all is read");
    }

    // Whatever is sent where, and whoever reads: what is kept stays within the budget.
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void WhatIsKept_StaysWithinTheBudget_AndWhatIsLostIsCounted(byte[] steps)
    {
        var channels = new Channels(limit: 100 * s_cost);
        var all = new[] { channels.Add(), channels.Add(), channels.Add() };
        var sent = 0;
        var received = 0L;
        foreach (var step in steps)
        {
            var (hub, reader) = all[step % 3];
            if (step % 5 == 0)
                received += Read(reader);
            else
            {
                Send(hub, step);
                sent += step;
            }

            Assert.That(channels.Budget.Used, Is.InRange(0, 100 * s_cost), $"after {step}");
            Assert.That(channels.Budget.Used, Is.EqualTo(channels.Budget.BufferedNotifications * s_cost));
        }

        foreach (var (_, reader) in all)
            received += Read(reader);
        Assert.That(received, Is.EqualTo(sent));
        Assert.That(channels.Budget.Used, Is.Zero);
    }

    static void Send(ChannelHub hub, int count)
    {
        var notifications = new Notification[count];
        Array.Fill(notifications, new Notification(hub.Name, "0", 1));
        hub.Append(notifications);
    }

    // Received, or counted as dropped. One that is parked has read everything.
    static long Read(TestReader reader)
    {
        var count = 0L;
        while (!reader.IsWaiting)
            count += reader.Read().Signals.Sum(signal => signal.IsResync ? signal.Dropped : 1);
        return count;
    }

    static async Task<long> DroppedAsync(TestReader reader) => (await reader.ReadAllAsync()).Sum(signal => signal.Dropped);

    sealed class Channels(long limit)
    {
        int _count;

        public BufferBudget Budget { get; } = new(limit);

        public DeliveryCounts Counts { get; } = new();

        public (ChannelHub Hub, TestReader Reader) Add()
        {
            var hub = new ChannelHub($"c{_count++}", typeof(PgListener), 65_536, Budget, Counts);
            hub.ListenRequested();
            hub.Acknowledge();
            var reader = new TestReader(hub);
            hub.Join(reader);
            return (hub, reader);
        }
    }
}
