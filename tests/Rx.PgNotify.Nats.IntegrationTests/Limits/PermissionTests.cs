using NATS.Client.Core;

namespace Rx.PgNotify.Nats.IntegrationTests.Limits;

/// <summary>A subject that the NATS server does not permit is named, on the side that wants it.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class PermissionTests
{
    // In the cases, for the prefix of the test: bridges of one prefix and database would take turns.
    const string Own = "OWN";

    // With upper-case letters, which an error of the server keeps.
    readonly string _prefix = $"Shop-{UniqueChannel.Name()}";

    [TestCase("publish: { deny: [\"OWN.ask\"] }", "OWN.ask")]
    [TestCase("subscribe: { deny: [\"OWN.bridge\"] }", "OWN.bridge")]
    [TestCase("subscribe: { deny: [\"_INBOX.>\"] }", "_INBOX.")]
    public async Task WhatAReceiverMayNotDo_IsItsState(string denied, string subject)
    {
        await using var nats = await NatsServer.StartAsync(Users("receiver", denied));
        await using var stage = new Stage(nats: nats, prefix: _prefix);
        await stage.StartBridgeAtWorkAsync(connection: stage.Connect(configure: As("bridge")));
        var listener = stage.Listen(connection: stage.Connect(configure: As("receiver")));
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        using var subscription = listener.Channel("orders").Subscribe(new Recorder<Notification>());

        NatsListenerException? Refusal() => states.Items
            .OfType<ListenerState.Reconnecting>().Select(state => state.Cause).OfType<NatsListenerException>()
            .FirstOrDefault(cause => cause.Error == NatsListenerError.PermissionDenied);
        await Eventually.BecomesAsync(
            () => Task.FromResult(string.Join(", ", states.Items)), _ => Refusal() is not null, expectation: "the state says that it is not permitted");
        Assert.That(Refusal()!.Message, Does.Contain(InPrefix(subject)).IgnoreCase);
    }

    [Test]
    public async Task AChannelThatAReceiverMayNotHear_IsRefused_AndNoOther()
    {
        await using var nats = await NatsServer.StartAsync(Users("receiver", "subscribe: { deny: [\"OWN.channel.secret\"] }"));
        await using var stage = new Stage(nats: nats, prefix: _prefix, heartbeat: Stage.Steady);
        await stage.StartBridgeAtWorkAsync(connection: stage.Connect(configure: As("bridge")));
        var log = new LogRecorder();
        var listener = stage.Listen(options => options.LoggerFactory = log, stage.Connect(configure: As("receiver")));
        var channel = listener.Channel(UniqueChannel.Name());
        var (served, refused) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        using var a = await channel.Signals.SubscribeAsync(served);
        using var b = listener.Channel("secret").Signals.Subscribe(refused);
        await refused.UntilEndedAsync();
        await TestServer.DataSource.NotifyAsync(channel.Name, "hello");
        await served.UntilCountAsync(2);

        var error = refused.Error as PgListenerException;
        Assert.That(error?.Error, Is.EqualTo(PgListenerError.ChannelRefused));
        Assert.That(error!.Message, Does.Contain("'secret'").And.Contain($"{_prefix}.channel.secret"));
        Assert.That(log.Text, Does.Contain($"NATS does not permit this user the subject {_prefix}.channel.secret").And.Not.Contain("The bridge refused"));
        Assert.That(served.Items.Select(signal => signal.Reasons), Is.EqualTo(new[] { ResyncReasons.Subscribed, ResyncReasons.None }));
        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Listening>());
    }

    [TestCase("publish: { deny: [\"OWN.bridge\"] }", "OWN.bridge")]
    [TestCase("subscribe: { deny: [\"OWN.ask\"] }", "OWN.ask")]
    [TestCase("subscribe: { deny: [\"OWN.status\"] }", "OWN.status")]
    public async Task WhatABridgeMayNotDo_IsItsState(string denied, string subject)
    {
        await using var nats = await NatsServer.StartAsync(Users("bridge", denied));
        await using var stage = new Stage(nats: nats, prefix: _prefix);
        var bridge = stage.StartBridge(options => options.Channels = ["orders"], stage.Connect(configure: As("bridge")));
        var failure = await bridge.UntilFailedAsync<NatsListenerException>();
        Assert.That(failure.Error, Is.EqualTo(NatsListenerError.PermissionDenied));
        Assert.That(failure.Message, Does.Contain(InPrefix(subject)).IgnoreCase);
    }

    [Test]
    public async Task AChannelThatABridgeMayNotForward_IsRefused_AndTheBridgeStaysAtWork()
    {
        await using var nats = await NatsServer.StartAsync(Users("bridge", "publish: { deny: [\"OWN.channel.secret\"] }"));
        await using var stage = new Stage(nats: nats, prefix: _prefix);
        var bridge = await stage.StartBridgeAtWorkAsync(options => options.Channels = ["secret"], stage.Connect(configure: As("bridge")));
        var listener = stage.Listen(connection: stage.Connect(configure: As("receiver")));
        var refused = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("secret").Signals.Subscribe(refused);
        await refused.UntilEndedAsync();

        var error = refused.Error as PgListenerException;
        Assert.That(error?.Error, Is.EqualTo(PgListenerError.ChannelRefused));
        Assert.That(error!.Message, Does.Contain("'secret'").And.Contain("does not permit the bridge").And.Contain($"{_prefix}.channel.secret"));
        Assert.That(
            bridge.States.Items.OfType<BridgeState.Failing>().Select(state => state.Cause).OfType<NatsListenerException>().Select(cause => cause.Error),
            Has.None.EqualTo(NatsListenerError.PermissionDenied));
        var channel = listener.Channel(UniqueChannel.Name());
        using var other = await channel.SubscribeAsync(_ => { });
    }

    [Test]
    public async Task APermissionThatIsGivenLater_IsUsed()
    {
        await using var nats = await NatsServer.StartAsync(Users("receiver", "publish: { deny: [\"OWN.ask\"] }"));
        await using var stage = new Stage(nats: nats, prefix: _prefix);
        await stage.StartBridgeAtWorkAsync(connection: stage.Connect(configure: As("bridge")));
        var listener = stage.Listen(connection: stage.Connect(configure: As("receiver")));
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<ChannelSignal>();
        var channel = listener.Channel(UniqueChannel.Name());
        var subscribing = channel.Signals.SubscribeAsync(recorder);
        await states.UntilAsync(
            all => all.OfType<ListenerState.Reconnecting>().Any(state => state.Cause is NatsListenerException { Error: NatsListenerError.PermissionDenied }),
            "the refusal is seen");

        // Its connection stays, and nothing tells it.
        await nats.ReloadAsync(Users("receiver", "publish: { deny: [\"other\"] }"));
        using var subscription = await subscribing.WaitAsync(Eventually.Deadline);
        await Eventually.IsTrueAsync(async () =>
        {
            await TestServer.DataSource.NotifyAsync(channel.Name, "hello");
            return recorder.Items.Payloads().Any();
        });
        Assert.That(recorder.Items[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
    }

    [Test]
    public async Task WhatAnotherPartOfTheApplicationMayNotDo_IsNoStateOfTheReceiver()
    {
        await using var nats = await NatsServer.StartAsync(Users("receiver", "publish: { deny: [\"secret.>\", \"OWNx.>\", \"OWN.channel.>\", \"OWN.bridge\"] }, subscribe: { deny: [\"_INBOX.theirs\"] }"));
        await using var stage = new Stage(nats: nats, prefix: _prefix, heartbeat: Stage.Calm);
        await stage.StartBridgeAtWorkAsync(connection: stage.Connect(configure: As("bridge")));
        var connection = stage.Connect(configure: As("receiver"));
        var listener = stage.Listen(connection: connection);
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<ChannelSignal>();
        var channel = listener.Channel(UniqueChannel.Name());
        using var subscription = await channel.Signals.SubscribeAsync(recorder);

        var refused = new Recorder<string>();
        connection.ServerError += (_, e) =>
        {
            refused.OnNext(e.Error);
            return default;
        };
        await connection.PublishAsync("secret.plan");
        await connection.PublishAsync($"{_prefix}x.channel.orders");
        await connection.PublishAsync($"{_prefix}.channel.{channel.Name}"); // what it hears itself
        await connection.PublishAsync($"{_prefix}.bridge");
        await using var theirs = await connection.SubscribeCoreAsync<byte[]>("_INBOX.theirs");
        await refused.UntilCountAsync(5);
        using var other = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(new Recorder<Notification>())
            .WaitAsync(Eventually.Deadline); // it has looked at them by then
        await TestServer.DataSource.NotifyAsync(channel.Name, "hello");
        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Items.Skip(1).Payloads(), Is.EqualTo(new[] { "hello" }));
        Assert.That(states.Items, Has.None.InstanceOf<ListenerState.Reconnecting>());
    }

    /// <summary>Just what is needed, as the documentation of security says.</summary>
    [Test]
    public async Task WithJustTheSubjectsThatAreNeeded_BothSidesWork()
    {
        await using var nats = await NatsServer.StartAsync($$"""
            authorization { users: [
              { user: bridge, password: p, permissions: {
                publish: ["{{_prefix}}.bridge", "{{_prefix}}.channel.>", "_INBOX.>"], subscribe: ["{{_prefix}}.bridge", "{{_prefix}}.ask", "{{_prefix}}.status", "_INBOX.>"] } }
              { user: receiver, password: p, permissions: {
                publish: ["{{_prefix}}.ask", "{{_prefix}}.status"], subscribe: ["{{_prefix}}.bridge", "{{_prefix}}.channel.>", "_INBOX.>"] } }
            ] }
            """);
        await using var stage = new Stage(nats: nats, prefix: _prefix, heartbeat: Stage.Calm);
        var listener = stage.Listen(connection: stage.Connect(configure: As("receiver")));
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<ChannelSignal>();
        var channel = listener.Channel(UniqueChannel.Name());
        var subscribing = channel.Signals.SubscribeAsync(recorder);
        await states.UntilAsync(all => all.Any(state => state is ListenerState.Reconnecting), "it looks for a bridge");
        var bridge = await stage.StartBridgeAtWorkAsync(connection: stage.Connect(configure: As("bridge")));
        using var subscription = await subscribing.WaitAsync(Eventually.Deadline);
        await TestServer.DataSource.NotifyAsync(channel.Name, "hello");
        await recorder.UntilCountAsync(2);

        Assert.That(
            states.Items.OfType<ListenerState.Reconnecting>().Select(state => ((NatsListenerException)state.Cause).Error),
            Has.None.EqualTo(NatsListenerError.PermissionDenied));
        Assert.That(bridge.States.Items, Has.None.InstanceOf<BridgeState.Failing>());
    }

    static Func<NatsOpts, NatsOpts> As(string user) =>
        options => options with { AuthOpts = new NatsAuthOpts { Username = user, Password = "p" } };

    string InPrefix(string text) => text.Replace(Own, _prefix, StringComparison.Ordinal);

    string Users(string limited, string permissions)
    {
        var other = limited == "bridge" ? "receiver" : "bridge";
        return $$"""
            authorization { users: [
              { user: {{other}}, password: p }
              { user: {{limited}}, password: p, permissions: { {{InPrefix(permissions)}} } }
            ] }
            """;
    }
}
