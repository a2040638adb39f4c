using System.Globalization;

namespace Rx.PgNotify.IntegrationTests.Delivery;

/// <summary>What <c>await foreach</c> reads, and how fast.</summary>
[Parallelizable(ParallelScope.All)]
public class ReadAllTests
{
    [TestCase(65_536, 100)]
    [TestCase(200_000, 100_000)]
    public async Task ABurst_IsReadCompletelyAndInOrderAfterOneResync(int capacity, int sent)
    {
        await using var listener = new PgListener(
            TestServer.ConnectionString, new PgListenerOptions { BufferCapacity = capacity });
        var channel = listener.Channel(UniqueChannel.Name());
        var signals = new List<ChannelSignal>();
        await foreach (var signal in channel.Signals.ReadAllAsync(Deadline()))
        {
            signals.Add(signal);
            if (signals.Count == 1)
                await ObserverIsolationTests.SendAsync(channel, sent);
            if (signals.Count == 1 + sent)
                break;
        }

        Assert.That(signals[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
        Assert.That(signals.Skip(1).Payloads(), Is.EqualTo(Numbers(0, sent)));
    }

    [Test]
    public async Task ThePlainVariant_LeavesTheResyncsOut()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(5) });
        var channel = listener.Channel(UniqueChannel.Name());
        await using var reading = channel.ReadAllAsync(Deadline()).GetAsyncEnumerator();
        var first = reading.MoveNextAsync().AsTask();
        var sibling = new Recorder<ChannelSignal>();
        using var subscription = await channel.Signals.SubscribeAsync(sibling);
        tap.Cut();
        await sibling.UntilAsync(items => items.Count > 0 && items[^1].Reasons == ResyncReasons.Reconnected, "the connection should come back");
        await TestServer.DataSource.NotifyAsync(channel.Name, "after two Resyncs");

        Assert.That(await first);
        Assert.That(reading.Current.Payload, Is.EqualTo("after two Resyncs"));
        Assert.That(reading.Current.Channel, Is.EqualTo(channel.Name));
    }

    [TestCase(1, 100)]
    [TestCase(64, 5_000)]
    [TestCase(1_000, 25_000)]
    public async Task ASlowReader_IsOverrunAndToldExactlyHowManyItLost(int capacity, int sent)
    {
        await using var listener = new PgListener(
            TestServer.ConnectionString, new PgListenerOptions { BufferCapacity = capacity });
        var channel = listener.Channel(UniqueChannel.Name());
        var sibling = new Recorder<ChannelSignal>();
        await using var reading = channel.Signals.ReadAllAsync(Deadline()).GetAsyncEnumerator();
        Assert.That(await reading.MoveNextAsync());

        // The sibling has either received or been told to have lost each: then all of them have been stored.
        using var subscription = await channel.Signals.SubscribeAsync(sibling);
        await ObserverIsolationTests.SendAsync(channel, sent);
        await sibling.UntilAsync(items => items.Payloads().LastOrDefault() == Number(sent - 1), "the newest should arrive");

        var signals = new List<ChannelSignal>();
        while (signals.Payloads().LastOrDefault() != Number(sent - 1))
        {
            Assert.That(await reading.MoveNextAsync());
            signals.Add(reading.Current);
        }

        var overflow = signals.Resyncs().Single();
        Assert.That(overflow.Reasons, Is.EqualTo(ResyncReasons.Overflow));
        Assert.That(overflow.Dropped + signals.Payloads().Count(), Is.EqualTo(sent));
        Assert.That(signals.Payloads(), Is.EqualTo(Numbers((int)overflow.Dropped, sent - (int)overflow.Dropped)));
        Assert.That(signals.Payloads().Count(), Is.InRange(Math.Max(1, capacity / 2), capacity));
    }

    [Test]
    public async Task ConcurrentReaders_EachReadEverythingAtTheirOwnPace()
    {
        const int readers = 8;
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var signals = channel.Signals.ReadAllAsync(Deadline()); // one enumerable, several enumerations
        var (listening, sent) = (new CountdownEvent(readers), new TaskCompletionSource());
        var reading = Enumerable.Range(0, readers).Select(async reader =>
        {
            var payloads = new List<string>();
            await foreach (var signal in signals)
            {
                if (signal.IsResync)
                    listening.Signal();
                else
                    payloads.Add(signal.Notification.Payload);
                if (reader == 0)
                    await sent.Task; // begins only when the others may have finished
                else if (payloads.Count % (10 * reader) == 1)
                    await Task.Yield();
                if (payloads.Count == 20_000)
                    break;
            }

            return payloads;
        }).ToList();

        await Eventually.IsTrueAsync(() => listening.IsSet);
        await ObserverIsolationTests.SendAsync(channel, 20_000);
        await Task.WhenAll(reading.Skip(1));
        sent.SetResult();
        foreach (var payloads in await Task.WhenAll(reading))
            Assert.That(payloads, Is.EqualTo(Numbers(0, 20_000)));
    }

    [Test]
    public async Task AReaderThatBlocks_HoldsUpNobodyElse()
    {
        const int readers = 40;
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        using var never = new ManualResetEventSlim();
        var (listening, blocked, onPool) = (0, 0, 0);
        for (var i = 0; i < readers; i++)
        {
            _ = Task.Run(async () =>
            {
                await foreach (var signal in channel.Signals.ReadAllAsync())
                {
                    if (signal.IsResync)
                    {
                        Interlocked.Increment(ref listening);
                        continue;
                    }

                    if (Thread.CurrentThread.IsThreadPoolThread)
                        Interlocked.Increment(ref onPool);
                    Interlocked.Increment(ref blocked);
                    never.Wait();
                }
            });
        }

        await Eventually.IsTrueAsync(() => Volatile.Read(ref listening) == readers);
        await TestServer.DataSource.NotifyAsync(channel.Name);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref blocked) == readers);
        var sibling = new Recorder<Notification>();
        using var subscription = await channel.SubscribeAsync(sibling);
        await TestServer.DataSource.NotifyAsync(channel.Name);
        await sibling.UntilCountAsync(1);
        // A reader that did not wait yet blocks the thread on which it asks.
        var most = Math.Max(readers / 2, Environment.ProcessorCount);
        Assert.That(Volatile.Read(ref onPool), Is.LessThanOrEqualTo(most), "left to the thread pool, with two cores, the fortieth would wait for half a minute");
        never.Set();
    }

    [Test]
    public async Task WhatIsBuffered_IsReadWithoutAnyAllocation()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        await using var reading = channel.ReadAllAsync(Deadline()).GetAsyncEnumerator();
        var first = reading.MoveNextAsync().AsTask();
        var sibling = new Recorder<Notification>();
        using var subscription = await channel.SubscribeAsync(sibling);
        await ObserverIsolationTests.SendAsync(channel, 50_000);
        await sibling.UntilCountAsync(50_000);
        Assert.That(await first);

        var (atOnce, allocated) = (0, 0L);
        for (var i = 1; i < 50_000; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var moving = reading.MoveNextAsync();
            if (moving.IsCompletedSuccessfully)
            {
                atOnce++;
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            }

            Assert.That(await moving);
        }

        Assert.That(atOnce, Is.InRange(49_000, 49_998), "nearly all, but now and then the thread is given back");
        Assert.That(allocated, Is.LessThan(1_000));
    }

    static CancellationToken Deadline() => new CancellationTokenSource(Eventually.Deadline).Token;

    static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    static string[] Numbers(int from, int count) => [.. Enumerable.Range(from, count).Select(Number)];
}
