using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Tests.Delivery;

public class SignalRingTests
{
    [Test]
    public void WhatTheSlowestCursorHasPassed_IsGivenBackAtOnce()
    {
        var ring = RingOf("a", "bb", "ccc");

        ring.MoveCursors(0, 2);

        Assert.That((ring.Head, ring.Tail, ring.Count), Is.EqualTo((2, 3, 1)));
        Assert.That(ring.Bytes, Is.EqualTo(SignalRing.CostOf("ccc")));
    }

    [Test]
    public void WhatOneCursorHasPassed_IsKeptWhileAnotherStandsBeforeIt()
    {
        var ring = new SignalRing();
        ring.AddCursorAtTail();
        Append(ring, "a");
        ring.AddCursorAtTail();
        Append(ring, "b", "c");

        ring.MoveCursors(0, 3);
        Assert.That((ring.Head, ring.Count), Is.EqualTo((1, 2)), "the second one came behind the first entry");

        ring.RemoveCursor(1);
        Assert.That((ring.Head, ring.Count, ring.Bytes), Is.EqualTo((3, 0, 0)));
    }

    [Test]
    public void ACursorAtTheTail_StandsOnWhatIsStoredNext()
    {
        var ring = RingOf("a");
        ring.MoveCursors(0, 1);

        Append(ring, "b");

        Assert.That((ring.Head, ring.Count), Is.EqualTo((1, 1)));
        Assert.That(ring[1].ToSignal("orders").Notification.Payload, Is.EqualTo("b"));
    }

    [Test]
    public void Summary_CountsNotificationsAndGathersTheReasonsOfAllElse()
    {
        var ring = RingOf("a", "b");
        ring.Append(RingEntry.OfResync(ResyncReasons.Reconnected, 0));
        Append(ring, "c");
        ring.Append(RingEntry.OfResync(ResyncReasons.Overflow, 7));

        Assert.That(ring.Notifications, Is.EqualTo(3));
        Assert.That(ring.Summarise(0, 2), Is.EqualTo((2, ResyncReasons.None, 0)));
        Assert.That(ring.Summarise(1, 5), Is.EqualTo((2, ResyncReasons.Reconnected | ResyncReasons.Overflow, 7)));
        ring.MoveCursors(0, 4);
        Assert.That(ring.Notifications, Is.Zero);
    }

    // It grows, wraps around and runs empty, wherever the oldest entry happens to lie in its array.
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Entries_AreFoundByTheirNumbers_HoweverManyComeAndGo(byte[] portions)
    {
        var ring = new SignalRing();
        ring.AddCursorAtTail();
        var kept = new Queue<string>();
        foreach (var portion in portions)
        {
            if (portion % 4 == 0)
                ring.Reserve(portion);
            for (var i = 0; i < portion; i++)
            {
                kept.Enqueue($"{ring.Tail}");
                Append(ring, $"{ring.Tail}");
            }

            var read = portion % 3 == 0 ? kept.Count : Math.Min(kept.Count, portion / 2);
            if (read > 0)
                ring.MoveCursors(ring.Head, ring.Head + read);
            for (; read > 0; read--)
                kept.Dequeue();

            Assert.That(Contents(ring), Is.EqualTo(kept));
            Assert.That(ring.Bytes, Is.EqualTo(kept.Sum(SignalRing.CostOf)));
        }
    }

    static SignalRing RingOf(params string[] payloads)
    {
        var ring = new SignalRing();
        ring.AddCursorAtTail();
        Append(ring, payloads);
        return ring;
    }

    static void Append(SignalRing ring, params string[] payloads)
    {
        foreach (var payload in payloads)
            ring.Append(RingEntry.Of(new Notification("orders", payload, 1)));
    }

    static IEnumerable<string> Contents(SignalRing ring)
    {
        for (var sequence = ring.Head; sequence < ring.Tail; sequence++)
            yield return ring[sequence].ToSignal("orders").Notification.Payload;
    }
}
