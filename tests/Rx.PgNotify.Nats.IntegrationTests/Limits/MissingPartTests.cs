using System.Reactive.Linq;
using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify.LocalPostgres;
using Rx.PgNotify.Nats.IntegrationTests.Protocol;

namespace Rx.PgNotify.Nats.IntegrationTests.Limits;

/// <summary>A receiver's state says which part of the way from PostgreSQL is missing.</summary>
[Parallelizable(ParallelScope.All)]
public class MissingPartTests
{
    [Test]
    public async Task WithoutNats_ItIsNats()
    {
        await using var stage = new Stage();
        var nowhere = NatsServer.UrlOf(LoopbackPort.FindFree());
        var cause = await CauseAsync(stage.Listen(connection: stage.Connect(nowhere)));
        Assert.That(cause.Error, Is.EqualTo(NatsListenerError.NatsUnavailable));
        Assert.That(cause.InnerException, Is.InstanceOf<NatsException>());
        Assert.That(cause.Message, Does.StartWith($"There is no connection to NATS at {nowhere}: ").And.Not.Contain("can not connect"));
    }

    [Test]
    public async Task WithAServerThatSaysNothing_ItIsNats()
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start("127.0.0.1", stage.Nats.Port);
        using var hole = line.Swallow();
        var cause = await CauseAsync(stage.Listen(connection: stage.Connect(NatsServer.UrlOf(line.Port))));
        Assert.That(cause.Error, Is.EqualTo(NatsListenerError.NatsUnavailable));
    }

    [Test]
    public async Task WithoutABridge_ItIsTheBridge([Values] NatsRequestReplyMode mode)
    {
        await using var stage = new Stage(heartbeat: Stage.Calm); // a connection that takes longer than one is missing, too
        var connection = stage.Connect(configure: options => options with { RequestReplyMode = mode });
        var cause = await CauseAsync(stage.Listen(connection: connection));
        Assert.That(cause.Error, Is.EqualTo(NatsListenerError.NoBridge));
        Assert.That(cause.Message, Does.Contain($"no bridge on {stage.Prefix}.ask").And.Contain(stage.Nats.Url));
    }

    [Test]
    public async Task WithABridgeThatHasNoPostgres_ItIsABridgeAtWork_AndItSaysWhy()
    {
        await using var stage = new Stage();
        var nowhere = new NpgsqlConnectionStringBuilder(stage.Postgres.ConnectionString) { Port = LoopbackPort.FindFree(), Password = "s3cr3t" };
        var bridge = stage.StartBridge(connectionString: nowhere.ConnectionString);
        var failure = await bridge.UntilFailedAsync<NpgsqlException>();
        var listener = stage.Listen();
        var cause = await CauseAsync(listener, cause => cause.Message.Contains("Failing", StringComparison.Ordinal));
        Assert.That(cause.Error, Is.EqualTo(NatsListenerError.NoBridgeAtWork));
        Assert.That(cause.Message, Does.Contain($"'{stage.Prefix}'").And.Contain($"Failing(PostgreSQL: {failure.Message}: ").And.Not.Contain("s3cr3t"));
    }

    [Test]
    public async Task WithABridgeWhosePasswordIsWrong_ItIsABridgeAtWork_AndItGoesOnTrying()
    {
        await using var stage = new Stage();
        var wrong = new NpgsqlConnectionStringBuilder(stage.Postgres.ConnectionString) { Username = "nobody_of_this_name", Password = "s3cr3t" };
        var bridge = stage.StartBridge(connectionString: wrong.ConnectionString);
        var failure = await bridge.UntilFailedAsync<PgListenerException>();
        Assert.That(failure.Error, Is.EqualTo(PgListenerError.AuthenticationFailed));
        var cause = await CauseAsync(stage.Listen(), cause => cause.Error == NatsListenerError.NoBridgeAtWork);
        Assert.That(cause.Message, Does.Not.Contain("s3cr3t"));

        await stage.Postgres.ExecuteAsync("CREATE ROLE nobody_of_this_name LOGIN PASSWORD 's3cr3t'");
        try
        {
            await bridge.UntilAsync<BridgeState.AtWork>();
            await bridge.StopAsync();
        }
        finally
        {
            await stage.Postgres.ExecuteAsync("DROP ROLE nobody_of_this_name");
        }
    }

    [Test]
    public async Task ABridgeWhosePasswordIsWrong_TriesLessAndLessOften()
    {
        const int Attempts = 5;
        await using var stage = new Stage();
        await using var line = FaultProxy.Start(stage.Postgres.ConnectionString);
        var wrong = new NpgsqlConnectionStringBuilder(line.ConnectionString) { Username = "nobody_at_all", Password = "s3cr3t" };
        var log = new LogRecorder();
        stage.StartBridge(options => options.LoggerFactory = log, connectionString: wrong.ConnectionString);
        var delays = await Eventually.BecomesAsync(() => Task.FromResult(Delays()), delays => delays.Count >= Attempts, expectation: $"{Attempts} attempts");

        // Each is at random between half of twice the one before and all of it.
        Assert.That(delays[Attempts - 1], Is.GreaterThan(delays[0] * 2));
        var logIns = line.Accepted;
        Assert.That(logIns, Is.LessThanOrEqualTo(Delays().Count + 1), "one for each delay, and one that is under way");

        List<int> Delays() => [.. log.Text.Split('\n')
            .Where(line => line.Contains("it tries again in ", StringComparison.Ordinal))
            .Select(line => int.Parse(line.Split("it tries again in ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture))];
    }

    [Test]
    public async Task ABridgeThatIsDisposedMeanwhile_IsMissed()
    {
        await using var stage = new Stage();
        var bridge = await stage.StartBridgeAtWorkAsync();
        var listener = stage.Listen();
        using var subscription = await listener.Channel("a").SubscribeAsync(_ => { });
        await bridge.StopAsync();
        var cause = await CauseAsync(listener, cause => cause.Message.Contains("no bridge on", StringComparison.Ordinal));
        Assert.That(cause.Error, Is.EqualTo(NatsListenerError.NoBridge));
    }

    [Test]
    public async Task WithABridgeThatHasJustBegunToWork_ItIsABridgeAtWork_AndItSaysThatItHasBegun()
    {
        await using var stage = new Stage();
        await using var questions = await stage.HearAsync(stage.Connect(), "status");
        using var end = new CancellationTokenSource(Eventually.Deadline);
        var answering = Task.Run(async () =>
        {
            await foreach (var question in questions.Msgs.ReadAllAsync(end.Token))
                await question.ReplyAsync(Frames.StatusAnswer(nameof(BridgeState.AtWork)));
        });

        var cause = await CauseAsync(stage.Listen(), cause => cause.Error == NatsListenerError.NoBridgeAtWork);

        Assert.That(cause.Message, Is.EqualTo($"There is a bridge with the prefix '{stage.Prefix}' that has just begun to work, and does not answer yet."));
        await end.CancelAsync();
        Assert.That(async () => await answering, Throws.InstanceOf<OperationCanceledException>());
    }

    [LongTest]
    [TestCase("ask")]
    [TestCase("status")]
    public async Task WithNatsThatFallsSilentDuringAQuestion_ItIsNats(string question)
    {
        await using var stage = new Stage(heartbeat: Stage.Steady); // longer than it takes to cut the line once the question is there
        await using var line = FaultProxy.Start("127.0.0.1", stage.Nats.Port);
        await using var questions = await stage.HearAsync(stage.Connect(), question);
        var listener = stage.Listen(connection: stage.Connect(NatsServer.UrlOf(line.Port)));
        using var subscription = listener.Channel("a").Subscribe(new Recorder<Notification>());
        await questions.Msgs.ReadAsync().AsTask().WaitAsync(Eventually.Deadline);

        using var hole = line.Swallow();

        var cause = await CauseAsync(listener);
        Assert.That(cause.Error, Is.EqualTo(NatsListenerError.NatsUnavailable));
        Assert.That(cause.Message, Does.Contain($"NATS at {NatsServer.UrlOf(line.Port)}"));
    }

    // The first cause of a state, or the first one of a kind.
    static async Task<NatsListenerException> CauseAsync(NatsListener listener, Func<NatsListenerException, bool>? kind = null)
    {
        using var subscription = listener.Channel(UniqueChannel.Name()).Subscribe(new Recorder<Notification>());
        return await listener.State
            .OfType<ListenerState.Reconnecting>().Select(state => state.Cause).OfType<NatsListenerException>().Where(kind ?? (_ => true))
            .FirstAsync().Timeout(Eventually.Deadline);
    }
}
