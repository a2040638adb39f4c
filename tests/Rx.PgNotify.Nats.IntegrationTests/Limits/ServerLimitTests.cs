using NATS.Client.Core;
using NATS.NKeys;

namespace Rx.PgNotify.Nats.IntegrationTests.Limits;

/// <summary>What a NATS server's configuration demands is NATS.Net's affair, and what it forbids is said.</summary>
[Parallelizable(ParallelScope.All)]
public class ServerLimitTests
{
    [Test]
    public async Task AServerThatTakesShortMessagesOnly_CantServe_AndTheLimitIsNamed()
    {
        await using var nats = await NatsServer.StartAsync("max_payload: 4096");
        await using var stage = new Stage(nats: nats);
        var failure = await stage.StartBridge().UntilFailedAsync<NatsListenerException>();
        Assert.That(failure.Error, Is.EqualTo(NatsListenerError.NatsUnavailable));
        Assert.That(failure.Message, Does.Contain("max_payload").And.Contain("4096").And.Contain("32768"));
    }

    [Test]
    public async Task AServerWithTheLeastMaxPayload_IsEnoughForTheLongestNotification()
    {
        await using var nats = await NatsServer.StartAsync("max_payload: 32768");
        await using var stage = new Stage(nats: nats, heartbeat: Stage.Calm);
        await stage.StartBridgeAtWorkAsync();
        var channel = stage.Listen().Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await channel.Signals.SubscribeAsync(recorder);
        await stage.Postgres.ExecuteAsync($"SELECT pg_notify('{channel.Name}', i || repeat('日', 2660)) FROM generate_series(1, 50) i");
        await recorder.UntilCountAsync(51);
        Assert.That(recorder.Items.Payloads().Count(), Is.EqualTo(50));
        Assert.That(recorder.Items.Sum(signal => signal.Dropped), Is.Zero);
        // More names than such a message holds, in several questions.
        var listener = stage.Listen();
        await Task.WhenAll(Enumerable.Range(0, 600).Select(i => listener.Channel($"{i:000}{new string('y', 60)}").SubscribeAsync(_ => { })));
    }

    [Test]
    public async Task AUserThatIsRefused_IsAnError_AndForABridgeAState()
    {
        await using var nats = await NatsServer.StartAsync("""authorization { user: shop, password: "right" }""");
        await using var stage = new Stage(nats: nats);
        NatsConnection Wrong() => stage.Connect(configure: options => options with { AuthOpts = new NatsAuthOpts { Username = "shop", Password = "wr0ng" } });
        var listener = stage.Listen(connection: Wrong());
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();
        Assert.That((recorder.Error as PgListenerException)?.Error, Is.EqualTo(PgListenerError.AuthenticationFailed));
        Assert.That(recorder.Error!.ToString(), Does.Not.Contain("wr0ng"));
        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Faulted>());

        var failure = await stage.StartBridge(connection: Wrong()).UntilFailedAsync<NatsListenerException>();
        Assert.That(failure.Error, Is.EqualTo(NatsListenerError.NatsUnavailable));
    }

    [Test]
    public async Task AUserWithTheRightPassword_IsServed()
    {
        await using var nats = await NatsServer.StartAsync("""authorization { user: shop, password: "right" }""");
        await using var stage = new Stage(nats: nats, heartbeat: Stage.Calm);
        await AssertIsServedAsync(stage, options => options with { AuthOpts = new NatsAuthOpts { Username = "shop", Password = "right" } });
    }

    [Test]
    public async Task AUserWithAnNKey_IsServed_AndOneWithAnotherIsNot()
    {
        using var key = KeyPair.CreatePair(PrefixByte.User);
        using var other = KeyPair.CreatePair(PrefixByte.User);
        await using var nats = await NatsServer.StartAsync($$"""authorization { users: [ { nkey: {{key.GetPublicKey()}} } ] }""");
        await using var stage = new Stage(nats: nats, heartbeat: Stage.Calm);
        await AssertIsServedAsync(stage, With(key));

        var recorder = new Recorder<Notification>();
        using var subscription = stage.Listen(connection: stage.Connect(configure: With(other))).Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();
        Assert.That((recorder.Error as PgListenerException)?.Error, Is.EqualTo(PgListenerError.AuthenticationFailed));

        static Func<NatsOpts, NatsOpts> With(KeyPair key)
        {
            var auth = new NatsAuthOpts { NKey = key.GetPublicKey(), Seed = key.GetSeed() };
            return options => options with { AuthOpts = auth };
        }
    }

    [Test]
    public async Task Tls_IsVerified_OnBothSides()
    {
        var folder = Directory.CreateTempSubdirectory("rx-nats-tls-");
        try
        {
            using var authority = new CertificateAuthority();
            string Write(string name, string content)
            {
                var path = Path.Combine(folder.FullName, name);
                File.WriteAllText(path, content);
                return path;
            }

            var (certificate, key) = authority.Issue("127.0.0.1");
            var trusted = Write("trusted.pem", authority.Pem);
            await using var nats = await NatsServer.StartAsync(
                $$"""tls { cert_file: "{{Write("server.pem", certificate)}}", key_file: "{{Write("server.key", key)}}" }""");
            await using var stage = new Stage(nats: nats, heartbeat: Stage.Calm);
            await AssertIsServedAsync(stage, options => options with { TlsOpts = new NatsTlsOpts { Mode = TlsMode.Require, CaFile = trusted } });

            var failure = await stage
                .StartBridge(connection: stage.Connect(configure: options => options with { TlsOpts = new NatsTlsOpts { Mode = TlsMode.Require } }))
                .UntilFailedAsync<NatsListenerException>();
            Assert.That(failure.Error, Is.EqualTo(NatsListenerError.NatsUnavailable), "nobody trusts this authority who was not told to");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task AssertIsServedAsync(Stage stage, Func<NatsOpts, NatsOpts> configure)
    {
        await stage.StartBridgeAtWorkAsync(connection: stage.Connect(configure: configure));
        var channel = stage.Listen(connection: stage.Connect(configure: configure)).Channel(UniqueChannel.Name());
        var recorder = new Recorder<Notification>();
        using var subscription = await channel.SubscribeAsync(recorder);
        await TestServer.DataSource.NotifyAsync(channel.Name, "hello");
        await recorder.UntilCountAsync(1);
    }
}
