using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NATS.Client.Core;

namespace Rx.PgNotify.Nats.IntegrationTests.Registration;

/// <summary>A registered bridge works as long as its host has not begun to stop.</summary>
[Parallelizable(ParallelScope.All)]
public class HostedBridgeTests
{
    [Test]
    public async Task WhenTheHostBeginsToStop_AnotherBridgeTakesOver_WhileTheHostStillStops()
    {
        await using var stage = new Stage(heartbeat: Stage.Steady);
        var slow = new SlowService();
        using var host = TestHost.Build(builder =>
        {
            Register(builder.Services, stage);
            builder.Services.AddSingleton<IHostedService>(slow); // after the bridge: so it is stopped before it
            builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        });
        await host.StartAsync();
        var bridge = host.Services.GetRequiredService<PgNatsBridge>();
        await UntilAsync<BridgeState.AtWork>(bridge);
        var standby = stage.StartBridge();
        await standby.UntilAsync<BridgeState.StandingBy>();

        var stopping = host.StopAsync();
        try
        {
            await slow.HasBegunToStop.WaitAsync(Eventually.Deadline);
            await standby.UntilAsync<BridgeState.AtWork>();
            await UntilAsync<BridgeState.Stopped>(bridge);
            Assert.That(stopping.IsCompleted, Is.False, "the other service has not stopped");
        }
        finally
        {
            slow.Release();
        }

        await stopping.WaitAsync(Eventually.Deadline);
    }

    [Test]
    public async Task WithoutAHost_TheBridgeWorksUntilItsServiceIsStopped()
    {
        await using var stage = new Stage(heartbeat: Stage.Steady);
        var services = new ServiceCollection();
        Register(services, stage);
        await using var provider = services.BuildServiceProvider();
        var service = provider.GetServices<IHostedService>().Single();
        await service.StartAsync(CancellationToken.None);
        var bridge = provider.GetRequiredService<PgNatsBridge>();
        await UntilAsync<BridgeState.AtWork>(bridge);

        await service.StopAsync(CancellationToken.None).WaitAsync(Eventually.Deadline);

        Assert.That(bridge.CurrentState, Is.InstanceOf<BridgeState.Stopped>());
    }

    [Test]
    public async Task ABridgeAndAReceiver_RegisteredBySections_FindEachOther()
    {
        await using var stage = new Stage();
        var channel = UniqueChannel.Name();
        using var host = TestHost.Build(
            builder => builder.Services
                .AddSingleton<INatsConnection>(stage.Connect())
                .AddPgNatsBridge(builder.Configuration.GetSection("Bridge"))
                .AddNatsListener(builder.Configuration.GetSection("Receiver")),
            configuration:
            [
                ("ConnectionStrings:shop", TestServer.ConnectionString),
                ("Bridge:ConnectionStringName", "shop"),
                ("Bridge:SubjectPrefix", stage.Prefix),
                ("Bridge:Channels:0", channel),
                ("Bridge:ListedOnly", "true"),
                ("Receiver:SubjectPrefix", stage.Prefix),
            ]);
        await host.StartAsync();
        var listener = host.Services.GetRequiredService<NatsListener>();
        var recorder = new Recorder<Notification>();
        using var subscription = await listener.Channel(channel).SubscribeAsync(recorder);
        await TestServer.DataSource.NotifyAsync(channel, "hello");
        await recorder.UntilCountAsync(1);
        Assert.That(
            async () => await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { }),
            Throws.InstanceOf<PgListenerException>().With.Property(nameof(PgListenerException.Error)).EqualTo(PgListenerError.ChannelRefused));
        await host.StopAsync();
    }

    static void Register(IServiceCollection services, Stage stage) => services
        .AddSingleton<INatsConnection>(stage.Connect())
        .AddPgNatsBridge(TestServer.ConnectionString, options =>
        {
            options.SubjectPrefix = stage.Prefix;
            options.Heartbeat = Stage.Steady;
        });

    static Task<BridgeState> UntilAsync<TState>(PgNatsBridge bridge)
        where TState : BridgeState => Eventually.BecomesAsync(
        () => Task.FromResult(bridge.CurrentState), state => state is TState, expectation: $"the bridge is {typeof(TState).Name}");
}
