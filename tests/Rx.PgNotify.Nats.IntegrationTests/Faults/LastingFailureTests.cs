using Npgsql;

namespace Rx.PgNotify.Nats.IntegrationTests.Faults;

/// <summary>A bridge that fails says so until it has both ends again, however often it tries meanwhile.</summary>
[Parallelizable(ParallelScope.All)]
public class LastingFailureTests
{
    const int Attempts = 3;

    [Test]
    public async Task WithoutPostgres_ItStaysFailing_UntilItIsAtWork()
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start(stage.Postgres.ConnectionString);
        RunningBridge bridge;
        using (line.Refuse())
        {
            bridge = stage.StartBridge(connectionString: line.ConnectionString);
            await UntilAttemptsAsync(bridge);
        }

        await AssertStayedFailingAsync(bridge);
    }

    [Test]
    public async Task WhenPostgresIsLost_ItIsFailing_UntilItIsAtWorkAgain()
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start(stage.Postgres.ConnectionString);
        var bridge = stage.StartBridge(connectionString: line.ConnectionString);
        await bridge.UntilAsync<BridgeState.AtWork>();
        using (line.Refuse())
        {
            line.Cut();
            await UntilAttemptsAsync(bridge);
        }

        await AssertStayedFailingAsync(bridge);
    }

    [Test]
    public async Task WithAWrongPassword_ItStaysFailing_AlthoughEachAttemptBeginsAnew()
    {
        await using var stage = new Stage();
        var wrong = new NpgsqlConnectionStringBuilder(stage.Postgres.ConnectionString) { Username = "nobody_to_be_seen", Password = "s3cr3t" };
        var bridge = stage.StartBridge(connectionString: wrong.ConnectionString);
        await UntilAttemptsAsync(bridge);
        await bridge.StopAsync();
        Assert.That(bridge.Bridge.CurrentState, Is.InstanceOf<BridgeState.Stopped>());
        Assert.That(SinceTheFirstFailure(bridge).OfType<BridgeState.Connecting>(), Is.Empty);
    }

    [Test]
    public async Task WithoutNats_ItStaysFailing_UntilItIsAtWork()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var stage = new Stage(nats: nats);
        await nats.KillAsync();
        var bridge = stage.StartBridge();
        await UntilAttemptsAsync(bridge);
        await nats.StartAgainAsync();
        await AssertStayedFailingAsync(bridge);
    }

    [Test]
    public async Task WhenNatsIsLost_ItIsFailing_UntilItIsAtWorkAgain()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var stage = new Stage(nats: nats);
        var bridge = await stage.StartBridgeAtWorkAsync();
        await nats.KillAsync();
        await UntilAttemptsAsync(bridge);
        await nats.StartAgainAsync();
        await AssertStayedFailingAsync(bridge);
    }

    static Task UntilAttemptsAsync(RunningBridge bridge) =>
        bridge.States.UntilAsync(all => all.OfType<BridgeState.Failing>().Count() >= Attempts, $"{Attempts} failures");

    static async Task AssertStayedFailingAsync(RunningBridge bridge)
    {
        await bridge.UntilAsync<BridgeState.AtWork>();
        await bridge.States.UntilAsync(all => all[^1] is BridgeState.AtWork, "the last state is seen");
        // Its former session may still have the lock for a moment.
        Assert.That(
            SinceTheFirstFailure(bridge).SkipWhile(state => state is BridgeState.Failing).First(),
            Is.InstanceOf<BridgeState.AtWork>().Or.InstanceOf<BridgeState.StandingBy>());
        Assert.That(SinceTheFirstFailure(bridge).OfType<BridgeState.Connecting>(), Is.Empty);
    }

    static IEnumerable<BridgeState> SinceTheFirstFailure(RunningBridge bridge) => bridge.States.Items.SkipWhile(state => state is not BridgeState.Failing);
}
