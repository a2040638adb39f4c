using System.Globalization;
using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify.Nats.IntegrationTests.Protocol;

namespace Rx.PgNotify.Nats.IntegrationTests.Receiving;

/// <summary>What a listener of the core promises, over NATS.</summary>
[Parallelizable(ParallelScope.All)]
public class ContractTests
{
    [Test]
    public async Task AResyncComesFirst_AndThenAllThatIsCommitted_InItsOrder_Once_AsItWasSent()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        stage.StartBridge();
        var channel = stage.Listen().Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await channel.Signals.SubscribeAsync(recorder);

        var sent = new List<Notification>();
        for (var sender = 0; sender < 3; sender++)
        {
            await using var connection = await TestServer.DataSource.OpenConnectionAsync();
            for (var i = 0; i < 20; i++)
            {
                await connection.NotifyAsync(channel.Name, $"{sender} {i}");
                sent.Add(new Notification(channel.Name, $"{sender} {i}", connection.ProcessID));
            }

            await using var transaction = new NpgsqlCommand(
                $"SELECT pg_notify('{channel.Name}', '{sender} in one commit ' || i) FROM generate_series(1, 1000) i", connection);
            await transaction.ExecuteNonQueryAsync();
            sent.AddRange(Enumerable.Range(1, 1_000).Select(i => new Notification(channel.Name, $"{sender} in one commit {i}", connection.ProcessID)));
        }

        await recorder.UntilCountAsync(1 + sent.Count);
        Assert.That(recorder.Items[0], Is.EqualTo(ChannelSignal.Resync(channel.Name, ResyncReasons.Subscribed)));
        Assert.That(recorder.Items.Skip(1), Is.EqualTo(sent.Select(notification => ChannelSignal.From(notification))));
        Assert.That(recorder.Violation, Is.Null);
    }

    [Test]
    public async Task SubscribingCompletes_WhenWhatIsCommittedAfterwardsArrives_TimeAfterTime()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        stage.StartBridge();
        var listener = stage.Listen();
        for (var i = 0; i < 50; i++)
        {
            var recorder = new Recorder<Notification>();
            var name = UniqueChannel.Name();
            using var subscription = await listener.Channel(name).SubscribeAsync(recorder);
            await TestServer.DataSource.NotifyAsync(name, "at once");
            await recorder.UntilCountAsync(1);
        }
    }

    [Test]
    public async Task SubscribingCompletes_NotBeforeTheBridgeHasAnsweredForThisChannel()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage);
        var mayAnswer = new TaskCompletionSource();
        var listener = stage.Listen(options => options.AnswerTimeout = Eventually.Deadline);
        using var first = await listener.Channel("first").SubscribeAsync(_ => { });
        bridge.MayAnswer = mayAnswer.Task;

        var recorder = new Recorder<ChannelSignal>();
        var second = listener.Channel("second").Signals.SubscribeAsync(recorder);
        await Eventually.IsTrueAsync(() => bridge.Asks == 2);
        Assert.That((second.IsCompleted, recorder.Count), Is.EqualTo((false, 0)));
        await bridge.NotifyAsync("second", 0, "before"); // committed before the Resync, so whoever reads the truth then has it
        mayAnswer.SetResult();
        using var subscription = await second.WaitAsync(Eventually.Deadline);
        await bridge.NotifyAsync("second", 1, "after");
        await recorder.UntilCountAsync(2);

        Assert.That(recorder.Items[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "after" }));
    }

    [Test]
    public async Task WhoeverSubscribesWhileMuchIsSent_GetsAResync_AndThenAllWithoutAGap()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var name = UniqueChannel.Name();
        await stage.StartBridgeAtWorkAsync(options => options.Channels = [name]);
        using var stop = new CancellationTokenSource();
        var sending = SendAsync(name, stop.Token);
        var recorders = new List<Recorder<ChannelSignal>>();
        for (var i = 0; i < 40; i++)
        {
            var recorder = new Recorder<ChannelSignal>();
            recorders.Add(recorder);
            // Two each: one that makes its receiver ask, and one that finds the channel open.
            var channel = stage.Listen().Channel(name);
            using var first = await channel.Signals.SubscribeAsync(recorder);
            await recorder.UntilCountAsync(30);
            var second = new Recorder<ChannelSignal>();
            recorders.Add(second);
            using var sibling = await channel.Signals.SubscribeAsync(second);
            await second.UntilCountAsync(30);
        }

        await stop.CancelAsync();
        await sending;
        foreach (var signals in recorders.Select(recorder => recorder.Items))
        {
            Assert.That(signals.Select(signal => signal.Reasons), Is.EqualTo(signals.Select((_, i) => i == 0 ? ResyncReasons.Subscribed : ResyncReasons.None)));
            var numbers = signals.Payloads().Select(payload => long.Parse(payload, CultureInfo.InvariantCulture)).ToList();
            Assert.That(numbers, Is.EqualTo(numbers.Select((_, i) => numbers[0] + i)));
        }
    }

    [Test]
    [LongTest] // several hundred receivers, one after the other, while two cores are busy
    public async Task WhoeverSubscribesDuringBursts_HearsOfNoLoss()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var name = UniqueChannel.Name();
        await stage.StartBridgeAtWorkAsync(options => options.Channels = [name]);
        using var stop = new CancellationTokenSource();
        var sending = SendBurstsAsync(name, stop.Token);
        var (connection, lost) = (stage.Connect(), new List<string>());
        for (var i = 0; i < 400; i++)
        {
            var recorder = new Recorder<ChannelSignal>();
            await using var listener = new NatsListener(connection, new NatsListenerOptions { SubjectPrefix = stage.Prefix });
            using var subscription = await listener.Channel(name).Signals.SubscribeAsync(recorder);
            await recorder.UntilCountAsync(100);
            lost.AddRange(recorder.Items.Skip(1).Resyncs().Select(signal => $"receiver {i}: {signal}"));
        }

        await stop.CancelAsync();
        await sending;
        Assert.That(lost, Is.Empty);
    }

    [Test]
    public async Task AllSubscribersOfAllReceivers_GetTheSame()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        stage.StartBridge();
        var name = UniqueChannel.Name();
        var recorders = new List<Recorder<ChannelSignal>>();
        var shared = stage.Connect();
        foreach (var listener in new[] { stage.Listen(), stage.Listen(), stage.Listen(connection: shared), stage.Listen(connection: shared) })
        {
            for (var i = 0; i < 3; i++)
            {
                var recorder = new Recorder<ChannelSignal>();
                await listener.Channel(name).Signals.SubscribeAsync(recorder);
                recorders.Add(recorder);
            }
        }

        for (var i = 0; i < 10; i++)
            await TestServer.DataSource.NotifyAsync(name, $"{i}");
        foreach (var recorder in recorders)
        {
            await recorder.UntilCountAsync(11);
            Assert.That(recorder.Items.Payloads(), Is.EqualTo(Enumerable.Range(0, 10).Select(i => $"{i}")));
        }
    }

    [Test]
    public async Task AReceiverThatWasThereFirst_WaitsForABridge()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var listener = stage.Listen();
        var recorder = new Recorder<Notification>();
        var name = UniqueChannel.Name();
        var subscribing = listener.Channel(name).SubscribeAsync(recorder);
        await UntilMissingAsync(listener, NatsListenerError.NoBridge);
        Assert.That(subscribing.IsCompleted, Is.False);

        stage.StartBridge();
        using var subscription = await subscribing.WaitAsync(Eventually.Deadline);
        await TestServer.DataSource.NotifyAsync(name, "hello");
        await recorder.UntilCountAsync(1);
        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Listening>());
    }

    [Test]
    public async Task WaitingForABridge_EndsWithTheToken_AndSaysWhatIsMissing()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var listener = stage.Listen();
        using var patience = new CancellationTokenSource();
        var recorder = new Recorder<Notification>();
        var subscribing = listener.Channel("a").SubscribeAsync(recorder, patience.Token);
        await UntilMissingAsync(listener, NatsListenerError.NoBridge);
        await patience.CancelAsync();

        var error = (await Assert.CatchAsync<OperationCanceledException>(async () => await subscribing.WaitAsync(Eventually.Deadline)))!;
        Assert.That((error.InnerException as NatsListenerException)?.Error, Is.EqualTo(NatsListenerError.NoBridge));
        await Eventually.IsTrueAsync(() => listener.CurrentState is ListenerState.Idle);
        Assert.That(recorder.HasEnded, Is.False);
    }

    [Test]
    public async Task Disposal_CompletesSubscribersAfterWhatIsBuffered_AndLeavesTheConnectionAlone()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        stage.StartBridge();
        var connection = stage.Connect();
        var listener = stage.Listen(connection: connection);
        var channel = listener.Channel(UniqueChannel.Name());
        var (recorder, other) = (new Recorder<Notification>(), new Recorder<ChannelSignal>());
        await channel.SubscribeAsync(recorder);
        await channel.Signals.SubscribeAsync(other);
        await TestServer.DataSource.NotifyAsync(channel.Name, "hello");
        await other.UntilCountAsync(2);

        await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
        await recorder.UntilEndedAsync();
        await other.UntilEndedAsync();
        Assert.That((recorder.HasCompleted, recorder.Count, recorder.Violation), Is.EqualTo((true, 1, (string?)null)));
        Assert.That((other.HasCompleted, other.Violation), Is.EqualTo((true, (string?)null)));
        Assert.That(() => channel.Subscribe(new Recorder<Notification>()), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => listener.Channel("a"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Disposed>());
        Assert.That(connection.ConnectionState, Is.EqualTo(NatsConnectionState.Open));
        await connection.PingAsync();
    }

    [Test]
    public async Task Disposal_WhileThereIsNoBridge_CompletesSubscribersToo([Values] bool isSynchronous)
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var listener = stage.Listen();
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);
        await UntilMissingAsync(listener, NatsListenerError.NoBridge);
        if (isSynchronous)
            await Task.Run(listener.Dispose).WaitAsync(Eventually.Deadline);
        else
            await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
        await recorder.UntilEndedAsync();
        Assert.That((recorder.HasCompleted, recorder.Count), Is.EqualTo((true, 0)));
    }

    [Test]
    public async Task ABudgetOfTime_EndsTheSearchForABridge()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var recorder = new Recorder<Notification>();
        using var subscription = stage.Listen(options => options.ReconnectBudget = TimeSpan.Zero).Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();
        var error = recorder.Error as PgListenerException;
        Assert.That(error?.Error, Is.EqualTo(PgListenerError.ReconnectBudgetSpent));
        Assert.That((error!.InnerException as NatsListenerException)?.Error, Is.EqualTo(NatsListenerError.NoBridge));
    }

    [Test]
    public async Task TwoPrefixes_HaveNothingToDoWithEachOther()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        await using var other = new Stage(prefix: $"{stage.Prefix}.more");
        stage.StartBridge();
        var listener = other.Listen();
        using var subscription = listener.Channel("a").Subscribe(new Recorder<Notification>());
        await UntilMissingAsync(listener, NatsListenerError.NoBridge);

        var bridge = await other.StartBridgeAtWorkAsync(); // although another one is at work in this database
        await Eventually.IsTrueAsync(() => listener.CurrentState is ListenerState.Listening);
        Assert.That(bridge.States.Items, Has.None.InstanceOf<BridgeState.StandingBy>());
    }

    static Task<ListenerState> UntilMissingAsync(NatsListener listener, NatsListenerError error) => Eventually.BecomesAsync(
        () => Task.FromResult(listener.CurrentState),
        state => state is ListenerState.Reconnecting { Cause: NatsListenerException cause } && cause.Error == error,
        expectation: $"the state says {error}");

    static async Task SendAsync(string channel, CancellationToken stop)
    {
        await using var connection = await TestServer.DataSource.OpenConnectionAsync(CancellationToken.None);
        for (var i = 0L; !stop.IsCancellationRequested; i++)
            await connection.NotifyAsync(channel, $"{i}", CancellationToken.None);
    }

    static async Task SendBurstsAsync(string channel, CancellationToken stop)
    {
        await using var connection = await TestServer.DataSource.OpenConnectionAsync(CancellationToken.None);
        await using var burst = new NpgsqlCommand($"SELECT pg_notify('{channel}', lpad(i::text, 2000, 'x')) FROM generate_series(1, 200) i", connection);
        while (!stop.IsCancellationRequested)
            await burst.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
