using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Nats.IntegrationTests.Limits;

/// <summary>What a bridge says of a failure is one line that names the end, what has happened and the reason, once and without secrets.</summary>
[Parallelizable(ParallelScope.All)]
public class FailureTextTests
{
    const string Secret = "s3cr3t";

    [Test]
    public async Task WithoutNats_ItNamesTheAddress_WithoutThePassword()
    {
        await using var stage = new Stage();
        var address = NatsServer.UrlOf(LoopbackPort.FindFree());
        var url = address.Replace("://", $"://me:{Secret}@", StringComparison.Ordinal);
        var text = await TextAsync<NatsListenerException>(stage.StartBridge(connection: stage.Connect(url)));
        Assert.That(text, Does.StartWith($"Failing(There is no connection to NATS at {address}: "));
        Assert.That(Count(text, address), Is.EqualTo(1));
    }

    [Test]
    public async Task OfAUrlThatNatsRefusesToRead_ItQuotesNothing()
    {
        await using var stage = new Stage();
        var user = $"me:{Secret}@127.0.0.1";
        var nats = stage.Connect(configure: options => options with
        {
            Url = $"nats://{user}:{LoopbackPort.FindFree()},http://{user}",
            AuthOpts = new NatsAuthOpts { Username = "me", Password = Secret },
        });
        var text = await TextAsync<NatsListenerException>(stage.StartBridge(connection: nats));
        Assert.That(text, Does.StartWith("Failing(").And.Contain("one of its URLs can't be used"));
    }

    [Test]
    public async Task WithAWrongPasswordForNats_ItQuotesTheServer_Once()
    {
        await using var nats = await NatsServer.StartAsync("""authorization { user: shop, password: "right" }""");
        await using var stage = new Stage(nats: nats);
        var wrong = stage.Connect(configure: options => options with { AuthOpts = new NatsAuthOpts { Username = "shop", Password = Secret } });
        var text = await TextAsync<NatsListenerException>(stage.StartBridge(connection: wrong), cause => cause.Message.Contains("refused", StringComparison.Ordinal));
        Assert.That(text, Is.EqualTo($"Failing(NATS at {nats.Url} refused the log-in: authorization violation)").IgnoreCase);
    }

    [Test]
    public async Task OfNatsThatIsLost_ItNamesTheAddress()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var stage = new Stage(nats: nats);
        var bridge = await stage.StartBridgeAtWorkAsync();
        await nats.KillAsync();
        var text = await TextAsync<NatsListenerException>(bridge);
        Assert.That(text, Does.StartWith("Failing(").And.Contain($"NATS at {nats.Url}"));
        Assert.That(Count(text, nats.Url), Is.EqualTo(1));
    }

    [Test]
    public async Task OfAMaxPayloadThatIsTooSmall_ItNamesBothNumbers()
    {
        await using var nats = await NatsServer.StartAsync("max_payload: 4096");
        await using var stage = new Stage(nats: nats);
        var text = await TextAsync<NatsListenerException>(stage.StartBridge(), cause => cause.Message.Contains("max_payload", StringComparison.Ordinal));
        Assert.That(text, Is.EqualTo($"Failing(NATS at {nats.Url} has a max_payload of 4096 bytes; a bridge needs 32768 or more)"));
    }

    [Test]
    public async Task WithoutPostgres_ItNamesTheHost_AndTheReasonOnce()
    {
        await using var stage = new Stage();
        var port = LoopbackPort.FindFree();
        var bridge = stage.StartBridge(connectionString: $"Host=127.0.0.1;Port={port};Username=u;Password={Secret}");
        var text = await TextAsync<NpgsqlException>(bridge);
        Assert.That(text, Does.StartWith($"Failing(PostgreSQL: Failed to connect to 127.0.0.1:{port}: "));
        Assert.That(Count(text, "Connection refused"), Is.EqualTo(1));
    }

    [Test]
    public async Task WithAUserThatPostgresRefuses_ItQuotesTheServer_Once()
    {
        await using var stage = new Stage();
        var wrong = new NpgsqlConnectionStringBuilder(stage.Postgres.ConnectionString) { Username = "nobody_here", Password = Secret };
        var text = await TextAsync<PgListenerException>(stage.StartBridge(connectionString: wrong.ConnectionString));
        Assert.That(text, Does.StartWith("Failing(PostgreSQL: The server refused the log-in: ").And.Contain("SQLSTATE 28"));
        Assert.That(Count(text, "nobody_here"), Is.EqualTo(1));
    }

    // Of the first failure of this kind. None of them has the secret, or a second line.
    static async Task<string> TextAsync<TCause>(RunningBridge bridge, Func<TCause, bool>? kind = null)
        where TCause : Exception
    {
        var text = new BridgeState.Failing(await bridge.UntilFailedAsync(kind)).ToString();
        Assert.That(text, Does.Not.Contain(Secret).And.Not.Contain("\n"));
        return text;
    }

    static int Count(string text, string part) => text.Split(part).Length - 1;
}
