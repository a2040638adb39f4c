using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using NATS.Client.Core;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Nats.IntegrationTests.Registration;

/// <summary>Each state has its report, which says which end is missing and quotes nothing.</summary>
[Parallelizable(ParallelScope.All)]
public class HealthCheckTests
{
    const string ListenerCheck = "natslistener";
    const string BridgeCheck = "pgnatsbridge";

    [Test]
    public async Task AListener_IsIdle_ThenListens_ThenIsDisposed()
    {
        await using var stage = new Stage();
        stage.StartBridge();
        using var host = Build(stage);
        await AssertAsync(host, ListenerCheck, "Idle", HealthStatus.Healthy, "Idle: nobody subscribes.");
        using (await host.Services.GetRequiredService<NatsListener>().Channel("a").SubscribeAsync(_ => { }))
            await AssertAsync(host, ListenerCheck, "Listening", HealthStatus.Healthy, "A bridge is heard.");
        await host.Services.GetRequiredService<NatsListener>().DisposeAsync();
        await AssertAsync(host, ListenerCheck, "Disposed", HealthStatus.Unhealthy, "Disposed.");
    }

    [Test]
    public async Task AListenerThatConnects_IsDegraded()
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start("127.0.0.1", stage.Nats.Port);
        using var hole = line.Swallow();
        using var host = Build(stage, stage.Connect(NatsServer.UrlOf(line.Port), Patiently), patience: Eventually.Deadline);
        using var subscription = Subscribe(host);
        await AssertAsync(host, ListenerCheck, "Connecting", HealthStatus.Degraded, "A bridge is being looked for.");
    }

    [Test]
    public async Task AListenerWithoutABridge_IsDegraded_AndSaysWhatIsMissing()
    {
        await using var stage = new Stage();
        using var host = Build(stage, patience: Stage.Calm);
        using var subscription = Subscribe(host);
        var entry = await AssertAsync(host, ListenerCheck, "Reconnecting", HealthStatus.Degraded, "NATS is there, and no bridge.");
        Assert.That(entry.Data["missing"], Is.EqualTo("NoBridge"));
    }

    [Test]
    public async Task AListenerWithoutNats_IsDegraded_AndSaysWhatIsMissing()
    {
        await using var stage = new Stage();
        using var host = Build(stage, stage.Connect(NatsServer.UrlOf(LoopbackPort.FindFree())));
        using var subscription = Subscribe(host);
        var entry = await AssertAsync(host, ListenerCheck, "Reconnecting", HealthStatus.Degraded, "There is no connection to NATS.");
        Assert.That(entry.Data["missing"], Is.EqualTo("NatsUnavailable"));
    }

    [Test]
    public async Task AListenerWhoseBridgeHasNoPostgres_IsDegraded_AndSaysWhatIsMissing()
    {
        await using var stage = new Stage();
        var bridge = stage.StartBridge(connectionString: $"Host=127.0.0.1;Port={LoopbackPort.FindFree()};Username=u;Password=s3cr3t");
        await bridge.UntilAsync<BridgeState.Failing>();
        using var host = Build(stage, patience: Stage.Calm);
        using var subscription = Subscribe(host);
        // It fails a moment before it hears questions: until then no bridge is there.
        var entry = await AssertAsync(
            host, ListenerCheck, "Reconnecting", HealthStatus.Degraded, "There is a bridge, and none is at work: PostgreSQL is missing to it.",
            missing => missing is not "NoBridge");
        Assert.That(entry.Data["missing"], Is.EqualTo("NoBridgeAtWork"));
    }

    [Test]
    public async Task AListenerThatIsRefused_HasGivenUp()
    {
        await using var nats = await NatsServer.StartAsync("""authorization { user: shop, password: "right" }""");
        await using var stage = new Stage(nats: nats);
        var wrong = stage.Connect(configure: options => options with { AuthOpts = new NatsAuthOpts { Username = "shop", Password = "wr0ng" } });
        using var host = Build(stage, wrong, failureStatus: HealthStatus.Degraded);
        using var subscription = Subscribe(host);
        await AssertAsync(host, ListenerCheck, "Faulted", HealthStatus.Degraded, "Gave up: AuthenticationFailed.");
    }

    [Test]
    public async Task ABridge_IsStopped_ThenAtWork_AndAnotherStandsBy()
    {
        await using var stage = new Stage();
        using var host = Build(stage, patience: Stage.Steady);
        await AssertAsync(host, BridgeCheck, "Stopped", HealthStatus.Unhealthy, "Stopped.");
        await host.StartAsync();
        await AssertAsync(host, BridgeCheck, "AtWork", HealthStatus.Healthy, "At work.");
        using var other = Build(stage, patience: Stage.Steady);
        await other.StartAsync();
        await AssertAsync(other, BridgeCheck, "StandingBy", HealthStatus.Healthy, "Standing by: another bridge is at work.");
        await host.StopAsync();
        await AssertAsync(host, BridgeCheck, "Stopped", HealthStatus.Unhealthy, "Stopped.");
        await AssertAsync(other, BridgeCheck, "AtWork", HealthStatus.Healthy, "At work.");
    }

    [Test]
    public async Task ABridgeThatConnects_IsDegraded()
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start("127.0.0.1", stage.Nats.Port);
        using var hole = line.Swallow();
        using var host = Build(stage, stage.Connect(NatsServer.UrlOf(line.Port), Patiently), patience: Eventually.Deadline);
        await host.StartAsync();
        await AssertAsync(host, BridgeCheck, "Connecting", HealthStatus.Degraded, "Connecting.");
    }

    [Test]
    public async Task ABridgeWithoutOneOfItsEnds_SaysWhich()
    {
        await using var stage = new Stage();
        using var withoutNats = Build(stage, stage.Connect(NatsServer.UrlOf(LoopbackPort.FindFree())));
        await withoutNats.StartAsync();
        var entry = await AssertAsync(
            withoutNats, BridgeCheck, "Failing", HealthStatus.Unhealthy, "There is no connection to NATS, or it can't serve.");
        Assert.That(entry.Data["missing"], Is.EqualTo("NatsUnavailable"));

        using var withoutPostgres = Build(
            stage, connectionString: $"Host=127.0.0.1;Port={LoopbackPort.FindFree()};Username=u;Password=s3cr3t", failureStatus: HealthStatus.Degraded);
        await withoutPostgres.StartAsync();
        entry = await AssertAsync(
            withoutPostgres, BridgeCheck, "Failing", HealthStatus.Degraded,
            "There is no connection to PostgreSQL, or it can't serve: NpgsqlException: SocketException (ConnectionRefused).");
        Assert.That(entry.Data["missing"], Is.EqualTo("PostgreSql"));
    }

    [Test]
    public async Task WhateverIsThrownWhereNatsIsUsed_IsNotBlamedOnPostgres()
    {
        await using var stage = new Stage();
        var disposed = stage.Connect();
        await disposed.DisposeAsync(); // so that it throws nothing of NATS.Net's own
        using var host = Build(stage, disposed);
        await host.StartAsync();
        using var subscription = Subscribe(host);
        await AssertAsync(host, BridgeCheck, "Failing", HealthStatus.Unhealthy, "There is no connection to NATS, or it can't serve.");
        await AssertAsync(host, ListenerCheck, "Reconnecting", HealthStatus.Degraded, "There is no connection to NATS.");
    }

    [Test]
    public async Task Checks_HaveTheNamesAndTagsThatTheyAreGiven()
    {
        await using var stage = new Stage();
        using var host = TestHost.Build(builder =>
        {
            builder.Services.AddSingleton<INatsConnection>(stage.Connect());
            builder.Services.AddPgNatsBridge("Host=h").AddNatsListener();
            builder.Services.AddHealthChecks().AddNatsListenerCheck("orders", tags: ["ready"]).AddPgNatsBridgeCheck("bridge", tags: ["live"]);
        });
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.That(report.Entries.Select(entry => (entry.Key, entry.Value.Tags.Single())), Is.EquivalentTo(new[] { ("orders", "ready"), ("bridge", "live") }));
    }

    // So long an attempt to connect goes on that nobody answers.
    static NatsOpts Patiently(NatsOpts options) => options with { ConnectTimeout = Eventually.Deadline };

    static IDisposable Subscribe(IHost host) =>
        host.Services.GetRequiredService<NatsListener>().Channel(UniqueChannel.Name()).Subscribe(new Recorder<Notification>());

    static IHost Build(
        Stage stage, NatsConnection? connection = null, string? connectionString = null, TimeSpan? patience = null, HealthStatus? failureStatus = null)
    {
        var nats = connection ?? stage.Connect();
        return TestHost.Build(builder =>
        {
            builder.Services.AddSingleton<INatsConnection>(nats);
            builder.Services.AddPgNatsBridge(connectionString ?? TestServer.ConnectionString, options =>
            {
                options.SubjectPrefix = stage.Prefix;
                options.Heartbeat = patience ?? Stage.Heartbeat;
            });
            builder.Services.AddNatsListener(options =>
            {
                options.SubjectPrefix = stage.Prefix;
                options.AnswerTimeout = patience ?? Stage.Heartbeat;
            });
            builder.Services.AddHealthChecks().AddNatsListenerCheck(failureStatus: failureStatus).AddPgNatsBridgeCheck(failureStatus: failureStatus);
        });
    }

    static async Task<HealthReportEntry> AssertAsync(
        IHost host, string check, string state, HealthStatus status, string description, Func<object, bool>? isFinal = null)
    {
        var service = host.Services.GetRequiredService<HealthCheckService>();
        var entry = await Eventually.BecomesAsync(
            async () => (await service.CheckHealthAsync()).Entries[check],
            entry => state.Equals(entry.Data["state"]) && (state is not "Reconnecting" || (entry.Data.TryGetValue("missing", out var missing) && isFinal?.Invoke(missing) is not false)),
            expectation: $"the state is {state}");
        Assert.That((entry.Status, entry.Description), Is.EqualTo((status, description)));
        Assert.That(entry.Exception, Is.Null);
        return entry;
    }
}
