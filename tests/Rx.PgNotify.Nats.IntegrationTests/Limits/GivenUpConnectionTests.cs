using NATS.Client.Core;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Nats.IntegrationTests.Limits;

/// <summary>A connection that NATS.Net itself gives up ends subscriptions, with the reason why.</summary>
[Parallelizable(ParallelScope.All)]
public class GivenUpConnectionTests
{
    const int Attempts = 2;

    [Test]
    public async Task AttemptsThatAreSpent_AreNoRefusedLogIn()
    {
        await using var stage = new Stage();
        var error = await ErrorAsync(stage, stage.Connect(NatsServer.UrlOf(LoopbackPort.FindFree()), Retrying));
        Assert.That(error.Error, Is.EqualTo(PgListenerError.ReconnectBudgetSpent));
        Assert.That(error.Message, Does.Contain($"after {Attempts} attempts").And.Contain("MaxReconnectRetry"));
    }

    [Test]
    public async Task ALogInThatIsRefusedAgainAndAgain_IsNoMatterOfAttempts()
    {
        await using var nats = await NatsServer.StartAsync("""authorization { user: shop, password: "right" }""");
        await using var stage = new Stage(nats: nats);
        var connection = stage.Connect(configure: options => WithAWrongPassword(Retrying(options)) with { MaxReconnectRetry = 1_000 });
        var error = await ErrorAsync(stage, connection);
        Assert.That(error.Error, Is.EqualTo(PgListenerError.AuthenticationFailed));
        Assert.That(error.ToString(), Does.Not.Contain("wr0ng"));
    }

    [Test]
    public async Task AttemptsThatWereSpentBefore_AreNamed_UnlessItMayHaveBeenTheLogIn([Values] bool mayBeTheLogIn)
    {
        await using var nats = await NatsServer.StartAsync();
        await using var stage = new Stage(nats: nats);
        var connection = stage.Connect(configure: options => options with { MaxReconnectRetry = Attempts, IgnoreAuthErrorAbort = !mayBeTheLogIn });
        await connection.ConnectAsync();
        await nats.KillAsync();
        await UntilGivenUpAsync(connection);

        // From now on it says no more than that it has given up.
        var error = await ErrorAsync(stage, connection);
        Assert.That(error.Error, Is.EqualTo(mayBeTheLogIn ? PgListenerError.Unknown : PgListenerError.ReconnectBudgetSpent));
        Assert.That(error.Message, Does.Contain("MaxReconnectRetry"));
    }

    [Test]
    public async Task ALogInThatWasRefusedBefore_IsNamed_AsAttemptsHaveNoLimit()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var other = await NatsServer.StartAsync("""authorization { user: shop, password: "right" }""");
        await using var stage = new Stage(nats: nats);
        var connection = stage.Connect($"{nats.Url},{other.Url}", options => WithAWrongPassword(options) with { NoRandomize = true });
        await connection.ConnectAsync();
        await nats.KillAsync();
        await UntilGivenUpAsync(connection);

        var error = await ErrorAsync(stage, connection);
        Assert.That(error.Error, Is.EqualTo(PgListenerError.AuthenticationFailed));
    }

    [Test]
    public async Task AConnectionThatIsGivenUpLater_EndsTheSubscriptions_AsItNeverComesBack()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var stage = new Stage(nats: nats);
        stage.StartBridge();
        var listener = stage.Listen(connection: stage.Connect(configure: options => Retrying(options) with { IgnoreAuthErrorAbort = true }));
        var recorder = new Recorder<Notification>();
        using var subscription = await listener.Channel("a").SubscribeAsync(recorder);
        await nats.KillAsync();
        await recorder.UntilEndedAsync();
        Assert.That((recorder.Error as PgListenerException)?.Error, Is.EqualTo(PgListenerError.ReconnectBudgetSpent));
        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Faulted>());
    }

    static NatsOpts Retrying(NatsOpts options) => options with { RetryOnInitialConnect = true, MaxReconnectRetry = Attempts };

    static NatsOpts WithAWrongPassword(NatsOpts options) => options with { AuthOpts = new NatsAuthOpts { Username = "shop", Password = "wr0ng" } };

    static Task UntilGivenUpAsync(NatsConnection connection) =>
        Eventually.IsTrueAsync(() => connection.ConnectionState == NatsConnectionState.Failed, expectation: "NATS.Net has given up");

    static async Task<PgListenerException> ErrorAsync(Stage stage, NatsConnection connection)
    {
        var recorder = new Recorder<Notification>();
        using var subscription = stage.Listen(connection: connection).Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();
        return (PgListenerException)recorder.Error!;
    }
}
