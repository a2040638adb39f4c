namespace Rx.PgNotify.Nats.IntegrationTests.Limits;

/// <summary>A channel that a bridge does not forward fails those who want it, and nobody else.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public class RefusedChannelTests
{
    [Test]
    public async Task WhatIsNotListed_IsRefused_ForThisChannelOnly()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var listed = UniqueChannel.Name();
        await stage.StartBridgeAtWorkAsync(options => (options.Channels, options.ListedOnly) = ([listed], true));
        var log = new LogRecorder();
        var listener = stage.Listen(options => options.LoggerFactory = log);
        var (served, refused) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        using var a = listener.Channel(listed).Signals.Subscribe(served);
        using var b = listener.Channel("not listed").Signals.Subscribe(refused);
        await refused.UntilEndedAsync();
        var error = (await Assert.ThrowsAsync<PgListenerException>(async () => await listener.Channel("nor this").SubscribeAsync(_ => { })))!;
        await TestServer.DataSource.NotifyAsync(listed, "hello");
        await served.UntilCountAsync(2);

        Assert.That((refused.Error as PgListenerException)?.Error, Is.EqualTo(PgListenerError.ChannelRefused));
        Assert.That(error.Error, Is.EqualTo(PgListenerError.ChannelRefused));
        Assert.That(error.Message, Does.Contain("'nor this'").And.Contain("the channels of its options only"));
        Assert.That(log.Text, Does.Contain("The bridge refused channel nor this").And.Not.Contain("NATS does not permit"));
        Assert.That(served.Items.Select(signal => signal.Reasons), Is.EqualTo(new[] { ResyncReasons.Subscribed, ResyncReasons.None }));
        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Listening>());
    }

    [Test]
    public async Task MoreChannelsThanTheBridgeTakes_AreRefused_AndTheLimitIsNamed()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        await stage.StartBridgeAtWorkAsync(options => (options.Channels, options.MaxAskedChannels) = (["listed"], 2));
        var listener = stage.Listen();
        using var first = await listener.Channel("first").SubscribeAsync(_ => { });
        using var second = await listener.Channel("second").SubscribeAsync(_ => { });
        using var listed = await listener.Channel("listed").SubscribeAsync(_ => { });
        using var again = await stage.Listen().Channel("first").SubscribeAsync(_ => { });
        var error = (await Assert.ThrowsAsync<PgListenerException>(async () => await listener.Channel("third").SubscribeAsync(_ => { })))!;
        Assert.That(error.Error, Is.EqualTo(PgListenerError.ChannelRefused));
        Assert.That(error.Message, Does.Contain("'third'").And.Contain(" 2 "));
        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Listening>());
    }

    [Test]
    public async Task OfManyThatAreAskedForAtOnce_TheBridgeTakesNoMoreThanItsLimit()
    {
        const int Limit = 2;
        const int Names = 50;
        await using var stage = new Stage(heartbeat: Stage.Calm);
        await stage.StartBridgeAtWorkAsync(options => options.MaxAskedChannels = Limit);
        var listener = stage.Listen();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, Names).Select(async i =>
        {
            try
            {
                await listener.Channel($"name {i}").SubscribeAsync(_ => { });
                return PgListenerError.Unknown;
            }
            catch (PgListenerException e)
            {
                return e.Error;
            }
        }));
        Assert.That(outcomes.Count(error => error == PgListenerError.ChannelRefused), Is.EqualTo(Names - Limit));
    }

    [Test]
    public async Task WhatThePostgresServerHasRefused_IsAnsweredWithoutIt_SoThatNoOtherNameWaits()
    {
        const int Questions = 20;
        var log = new LogRecorder();
        await using var server = await TestServer.StartOwnAsync(options => options.Encoding = "LATIN1");
        await using var stage = new Stage(server, heartbeat: Stage.Calm);
        await stage.StartBridgeAtWorkAsync(options => options.LoggerFactory = log);
        var listener = stage.Listen(options => options.MaxReconnectDelay = options.ReconnectDelay);
        for (var i = 0; i < Questions; i++)
        {
            var refused = listener.Channel("日本").SubscribeAsync(_ => { });
            using var served = await listener.Channel($"name {i}").SubscribeAsync(_ => { });
            var error = (await Assert.ThrowsAsync<PgListenerException>(() => refused))!;
            Assert.That(error.Error, Is.EqualTo(PgListenerError.ChannelRefused));
        }

        Assert.That(log.Of(5), Has.Count.InRange(1, Questions / 2), "the bridge's listener lets a name wait that it asks PostgreSQL for again");
    }

    [Test]
    public async Task WhatThePostgresServerRefuses_IsRefusedHereToo()
    {
        await using var server = await TestServer.StartOwnAsync(options => options.Encoding = "LATIN1");
        await using var stage = new Stage(server, heartbeat: Stage.Calm);
        await stage.StartBridgeAtWorkAsync();
        var listener = stage.Listen();
        var served = new Recorder<ChannelSignal>();
        using var subscription = await listener.Channel("é").Signals.SubscribeAsync(served);
        var error = (await Assert.ThrowsAsync<PgListenerException>(async () => await listener.Channel("日本").SubscribeAsync(_ => { })))!;
        Assert.That(error.Error, Is.EqualTo(PgListenerError.ChannelRefused));
        await server.NotifyAsync("é", "ü");
        await served.UntilCountAsync(2);
        Assert.That(served.Items[1].Notification.Payload, Is.EqualTo("ü"));
    }
}
