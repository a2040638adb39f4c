using Rx.PgNotify.Nats.IntegrationTests.Protocol;

namespace Rx.PgNotify.Nats.IntegrationTests.Receiving;

/// <summary>
/// Whatever comes on the subjects, and nobody but a bridge should send there: it ends nothing, and makes no notification that was not in it.
/// </summary>
[Parallelizable(ParallelScope.All)]
public class ForeignMessageTests
{
    const string Channel = "orders";

    [Test]
    public async Task AMessageThatIsCutShort_GivesWhatIsWhole_AndTheRestIsReported()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await stage.Listen().Channel(Channel).Signals.SubscribeAsync(recorder);
        string[] payloads = ["first", "second", "third"];
        var whole = Frames.Notifications(bridge.Term, ForgedBridge.Stream, 0, payloads);
        var header = Frames.Counted(bridge.Term, ForgedBridge.Stream, 0, count: 3).Length;
        var next = 0L;
        for (var length = 0; length < whole.Length; length++)
        {
            var signals = recorder.Count;
            await bridge.SendAsync(Channel, Frames.Notifications(bridge.Term, ForgedBridge.Stream, next, payloads)[..length]);
            // Of one that ends before its count, or before as many bytes as it counts, nothing is known.
            var (received, lost) = length < header + 3
                ? (0, 0)
                : (payloads.Select((_, i) => payloads.Take(i + 1).Sum(payload => payload.Length + 3)).Count(end => length >= header + end), 3);
            lost -= lost > 0 ? received : 0;
            next += received + lost;
            await bridge.NotifyAsync(Channel, next, $"after {length}");
            next++;
            await recorder.UntilAsync(all => all.Payloads().Contains($"after {length}"), $"what follows a message of {length} bytes");
            var seen = recorder.Items.Skip(signals).ToList();
            Assert.That(seen.Payloads(), Is.EqualTo(payloads.Take(received).Append($"after {length}")), $"{length} bytes");
            Assert.That(seen.Sum(signal => signal.Dropped), Is.EqualTo(lost), $"{length} bytes");
        }
    }

    [Test]
    public async Task MessagesThatNoBridgeHasSent_ChangeNothing([Random(3)] int seed)
    {
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var random = new Random(seed);
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage);
        var log = new LogRecorder();
        var listener = stage.Listen(options => options.LoggerFactory = log);
        var states = new Recorder<ListenerState>();
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await listener.Channel(Channel).Signals.SubscribeAsync(recorder);
        using var watching = listener.State.Subscribe(states);
        for (var i = 0; i < 500; i++)
            await bridge.SendAsync(Channel, Foreign(random, Frames.Notifications(bridge.Term, ForgedBridge.Stream, i, "forged")));

        await bridge.NotifyAsync(Channel, 0, "genuine");
        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Items.Skip(1).Select(signal => signal.ToString()), Is.EqualTo(new[] { ChannelSignal.From(new Notification(Channel, "genuine", 4711)).ToString() }));
        Assert.That(states.Items, Has.None.InstanceOf<ListenerState.Reconnecting>());
        Assert.That(log.Text.Split('\n').Count(line => line.Contains("no bridge of this version", StringComparison.Ordinal)), Is.EqualTo(1), "it does not fill the log");
    }

    [Test]
    public async Task MessagesThatAreDamaged_EndNothing_AndTheReceiverFindsTheTruthAgain([Random(3)] int seed)
    {
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var random = new Random(seed);
        await using var stage = new Stage();
        var term = new Term(1, TimeSpan.FromSeconds(1));
        var bridge = await ForgedBridge.StartAsync(stage, term);
        var listener = stage.Listen();
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await listener.Channel(Channel).Signals.SubscribeAsync(recorder);
        for (var i = 0; i < 300; i++)
        {
            // The epoch and the heartbeat stay: who can write a newer epoch is the bridge.
            var message = Frames.Notifications(term, ForgedBridge.Stream, i, "payload", "of two");
            var from = Frames.Announcement(term).Length;
            for (var change = random.Next(1, 4); change > 0; change--)
                message[random.Next(from, message.Length)] = (byte)random.Next(256);
            await bridge.SendAsync(Channel, message);
        }

        // Whatever number it believes to be next: in a new epoch it is right.
        bridge.Term = new Term(2, Term.Patient);
        await bridge.AnnounceAsync();
        await bridge.IsHeardAsync(Channel, recorder);
        Assert.That((recorder.HasEnded, recorder.Violation), Is.EqualTo((false, (string?)null)));
    }

    [Test]
    public async Task ANumberThatNoBridgeReaches_IsNotCounted_AndTheReceiverAsksAnew()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await stage.Listen().Channel(Channel).Signals.SubscribeAsync(recorder);
        await bridge.NotifyAsync(Channel, long.MaxValue - 10, "forged");
        await recorder.UntilCountAsync(2);
        await bridge.NotifyAsync(Channel, 0, "genuine");
        await recorder.UntilCountAsync(3);
        Assert.That(recorder.Items.Select(signal => signal.Dropped), Is.All.Zero);
        Assert.That(recorder.Items.Select(signal => signal.Reasons), Is.EqualTo(new[] { ResyncReasons.Subscribed, ResyncReasons.Reconnected, ResyncReasons.None }));
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "genuine" }));
    }

    [Test]
    [LongTest] // a receiver asks every three heartbeats, and believes the second answer
    public async Task ANumberThatIsAheadOfTheBridge_DoesNotMakeAReceiverDeafForGood()
    {
        await using var stage = new Stage();
        await stage.StartBridgeAtWorkAsync();
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, stage.Listen());
        // A beat of the bridge, with another number.
        var forger = stage.Connect();
        var subject = $"{stage.Prefix}.channel.{truth.Channel}";
        await foreach (var beat in forger.SubscribeAsync<byte[]>(subject))
        {
            var message = beat.Data!;
            message[^7] = 1; // the third byte of the number, behind which is only the count of notifications
            await forger.PublishAsync(subject, message);
            break;
        }

        await witness.UntilResyncAsync(ResyncReasons.Overflow);
        await truth.CommitAsync();
        await witness.AssertRecoversAsync();
    }

    [Test]
    public async Task ABridge_IsAskedNonsense_AndGoesOn([Random(2)] int seed)
    {
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var random = new Random(seed);
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await stage.StartBridgeAtWorkAsync();
        var nats = stage.Connect();
        var ask = new byte[] { 1, 5, 2, 1, (byte)'a', 1, (byte)'b' };
        for (var i = 0; i < 500; i++)
        {
            var subject = random.Next(4) switch { 0 => "ask", 1 => "status", 2 => "bridge", _ => "channel.a" };
            var message = random.Next(3) == 0 ? ask[..random.Next(ask.Length)] : Foreign(random, ask);
            await nats.PublishAsync($"{stage.Prefix}.{subject}", message, replyTo: random.Next(2) == 0 ? nats.NewInbox() : null);
        }

        var recorder = new Recorder<Notification>();
        var name = UniqueChannel.Name();
        using var subscription = await stage.Listen().Channel(name).SubscribeAsync(recorder);
        await TestServer.DataSource.NotifyAsync(name, "hello");
        await recorder.UntilCountAsync(1);
        Assert.That(bridge.States.Items[^1], Is.InstanceOf<BridgeState.AtWork>());
        Assert.That(bridge.States.Items, Has.None.InstanceOf<BridgeState.Failing>());
    }

    // Empty, short, of another version or kind, or at random; never one that a bridge might have sent.
    static byte[] Foreign(Random random, byte[] message)
    {
        var foreign = random.Next(5) switch
        {
            0 => [],
            1 => message[..random.Next(2)],
            2 => [(byte)random.Next(2, 256), .. message[1..]],
            3 => [message[0], (byte)random.Next(10, 256), .. message[2..]],
            _ => new byte[random.Next(1, 300)],
        };
        if (foreign.Length > 2 && foreign[0] == 0)
        {
            random.NextBytes(foreign);
            foreign[0] = (byte)random.Next(2, 256);
        }

        return foreign;
    }
}
