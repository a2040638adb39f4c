using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Tests.Delivery;

/// <summary>
/// Cursors that come, read, are overrun and go in any order. On a failure FsCheck prints the seed and the smallest case.
/// </summary>
public class ChannelBufferTests
{
    [FsCheck.NUnit.Property(Arbitrary = [typeof(BufferScript.Arbitrary)], MaxTest = 1_000)]
    public void EachCursor_ReadsWhatItWouldFromAListOfItsOwn(BufferScript script)
    {
        var buffer = new BufferRun(script.Capacity);
        var model = new BufferModel(script.Capacity);
        foreach (var step in script.Steps)
        {
            Play(step, buffer, model);

            Assert.That(buffer.Bytes, Is.EqualTo(model.Bytes), $"after {step}");
            Assert.That(buffer.BudgetUsed, Is.EqualTo(model.Bytes), $"after {step}");
            Assert.That(buffer.Notifications, Is.EqualTo(model.Notifications), $"after {step}");
            Assert.That(buffer.Delivered, Is.EqualTo(model.Delivered), $"after {step}");
            Assert.That(buffer.Dropped, Is.EqualTo(model.Dropped), $"after {step}");
        }
    }

    // The contract, whatever the buffer's policy is: of what is stored nothing is missing that a Resync did not count.
    [FsCheck.NUnit.Property(Arbitrary = [typeof(BufferScript.Arbitrary)], MaxTest = 1_000)]
    public void EachCursor_GetsAResyncFirst_AndAfterEachGapOneThatCountsIt(BufferScript script)
    {
        var buffer = new BufferRun(script.Capacity);
        var streams = new Dictionary<Cursor, (int First, List<ChannelSignal> Signals)>();
        foreach (var step in script.Steps)
        {
            Play(step, buffer, streams);
            foreach (var cursor in buffer.Cursors)
                streams.TryAdd(cursor, (buffer.Stored, []));
        }

        foreach (var cursor in buffer.Cursors)
        {
            var (first, signals) = streams[cursor];
            while (buffer.Read(cursor, 128) is { Count: > 0 } batch)
                signals.AddRange(batch);
            Assert.That(signals[0].Reasons & ResyncReasons.Subscribed, Is.EqualTo(ResyncReasons.Subscribed));
            Assert.That(NextAfter(first, signals), Is.EqualTo(buffer.Stored));
        }
    }

    [Test]
    public void ACursorThatWasRemoved_ReadsNothing_AndHoldsNothing()
    {
        var buffer = new BufferRun(capacity: 4);
        buffer.Add();
        var cursor = buffer.Cursors[0];
        buffer.Store(3);

        buffer.Remove(0);

        Assert.That(buffer.Read(cursor, 128), Is.Empty);
        Assert.That((buffer.Bytes, buffer.BudgetUsed, buffer.Notifications), Is.EqualTo((0, 0, 0)));
    }

    static void Play(BufferStep step, BufferRun buffer, BufferModel model)
    {
        if (step.Kind == '+')
        {
            buffer.Add();
            model.Add();
        }
        else if (model.Cursors > 0)
        {
            var cursor = step.Cursor % model.Cursors;
            switch (step.Kind)
            {
                case '-':
                    buffer.Remove(cursor);
                    model.Remove(cursor);
                    break;
                case 'g':
                    Assert.That(buffer.Read(buffer.Cursors[cursor], step.Count), Is.EqualTo(model.Read(cursor, step.Count)));
                    break;
                case 'o':
                    buffer.OverrunSlowest();
                    model.OverrunSlowest();
                    break;
                default:
                    foreach (var signal in Store(step, buffer))
                        model.Store(signal);
                    break;
            }
        }
    }

    static void Play(BufferStep step, BufferRun buffer, Dictionary<Cursor, (int First, List<ChannelSignal> Signals)> streams)
    {
        if (step.Kind == '+')
            buffer.Add();
        else if (buffer.Cursors.Count > 0)
        {
            var cursor = step.Cursor % buffer.Cursors.Count;
            if (step.Kind == '-')
                buffer.Remove(cursor);
            else if (step.Kind == 'g')
                streams[buffer.Cursors[cursor]].Signals.AddRange(buffer.Read(buffer.Cursors[cursor], step.Count));
            else if (step.Kind == 'o')
                buffer.OverrunSlowest();
            else
                Store(step, buffer);
        }
    }

    // Two long ones fill a batch, and one more with anything else.
    static IReadOnlyList<ChannelSignal> Store(BufferStep step, BufferRun buffer) => step.Kind switch
    {
        'r' => [buffer.StoreResync()],
        'l' => buffer.Store(1, length: 10_000),
        _ => buffer.Store(step.Count),
    };

    static int NextAfter(int first, List<ChannelSignal> signals)
    {
        var next = first;
        foreach (var signal in signals)
        {
            if (signal.IsResync)
            {
                Assert.That(signal.Reasons.HasFlag(ResyncReasons.Overflow), Is.EqualTo(signal.Dropped > 0));
                next += (int)signal.Dropped;
            }
            else
                Assert.That(BufferRun.Number(signal), Is.EqualTo(next++));
        }

        return next;
    }
}
