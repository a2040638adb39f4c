using NATS.Client.Core;

namespace Rx.PgNotify.Nats.IntegrationTests.Limits;

/// <summary>A user that is a file of credentials: a JWT, signed by an account whose operator the server trusts, and its key.</summary>
[Parallelizable(ParallelScope.All)]
public class CredentialsFileTests
{
    [Test]
    public async Task AUserOfTheAccount_IsServed_AndOneOfAnotherOperatorIsNot()
    {
        var folder = Directory.CreateTempSubdirectory("rx-nats-creds-");
        try
        {
            using var ours = new NatsOperator();
            using var another = new NatsOperator();
            await using var nats = await NatsServer.StartAsync(ours.Configuration);
            await using var stage = new Stage(nats: nats, heartbeat: Stage.Calm);
            var (bridge, receiver, foreign) = (Write("bridge", ours), Write("receiver", ours), Write("foreign", another));

            await stage.StartBridgeAtWorkAsync(connection: stage.Connect(configure: With(bridge)));
            var channel = stage.Listen(connection: stage.Connect(configure: With(receiver))).Channel(UniqueChannel.Name());
            var served = new Recorder<Notification>();
            using var subscription = await channel.SubscribeAsync(served);
            await TestServer.DataSource.NotifyAsync(channel.Name, "hello");
            await served.UntilCountAsync(1);

            var refused = new Recorder<Notification>();
            using var other = stage.Listen(connection: stage.Connect(configure: With(foreign))).Channel(channel.Name).Subscribe(refused);
            await refused.UntilEndedAsync();
            Assert.That((refused.Error as PgListenerException)?.Error, Is.EqualTo(PgListenerError.AuthenticationFailed));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        string Write(string name, NatsOperator by)
        {
            var path = Path.Combine(folder.FullName, $"{name}.creds");
            File.WriteAllText(path, by.Credentials());
            return path;
        }

        static Func<NatsOpts, NatsOpts> With(string file) => options => options with { AuthOpts = new NatsAuthOpts { CredsFile = file } };
    }
}
