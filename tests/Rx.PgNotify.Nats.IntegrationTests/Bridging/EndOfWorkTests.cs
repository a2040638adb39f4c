using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.Nats.IntegrationTests.Bridging;

/// <summary>The log says why a bridge is not at work any more.</summary>
[Parallelizable(ParallelScope.All)]
public class EndOfWorkTests
{
    const int NotAtWork = 113;
    const string Message = "The bridge is not at work any more: ";

    [Test]
    public async Task OfABridgeThatIsStopped_ItIsInformation()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var log = new LogRecorder();
        var bridge = await stage.StartBridgeAtWorkAsync(options => options.LoggerFactory = log);
        await bridge.StopAsync();
        var entry = await FirstAsync(log);
        Assert.That((entry.Level, entry.Message), Is.EqualTo((LogLevel.Information, $"{Message}it was stopped")));
    }

    [Test]
    public async Task OfABridgeThatLosesNats_ItIsNats()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var stage = new Stage(nats: nats);
        var log = new LogRecorder();
        var bridge = await stage.StartBridgeAtWorkAsync(options => options.LoggerFactory = log);
        await nats.KillAsync();
        await bridge.UntilFailedAsync<NatsListenerException>();
        var entry = await FirstAsync(log);
        Assert.That(entry.Level, Is.EqualTo(LogLevel.Warning));
        Assert.That(entry.Message, Does.StartWith($"{Message}NATS failed (").And.Contain(nats.Url).And.Not.Contain("PostgreSQL"));
    }

    [Test]
    public async Task OfABridgeWhoseBackendIsKilled_ItIsPostgres_WithTheCause()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var log = new LogRecorder();
        var bridge = await stage.StartBridgeAtWorkAsync(options => options.LoggerFactory = log);
        await stage.Postgres.KillBackendsAsync(bridge.Application);
        var entry = await FirstAsync(log);
        Assert.That(entry.Level, Is.EqualTo(LogLevel.Warning));
        Assert.That(entry.Message, Does.StartWith($"{Message}its session with PostgreSQL has ended (").And.Not.Contain("NATS"));
    }

    static async Task<LogRecorder.Entry> FirstAsync(LogRecorder log)
    {
        await Eventually.IsTrueAsync(() => log.Of(NotAtWork).Count > 0, expectation: "the bridge has left its work");
        return log.Of(NotAtWork)[0];
    }
}
