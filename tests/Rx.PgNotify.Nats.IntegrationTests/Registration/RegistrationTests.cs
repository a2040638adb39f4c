using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace Rx.PgNotify.Nats.IntegrationTests.Registration;

[Parallelizable(ParallelScope.All)]
public class RegistrationTests
{
    [Test]
    public async Task ABridgeAndAListener_AreRegistered_OverWhatIsRegistered([Values] bool withDataSource, [Values] bool asClient)
    {
        await using var stage = new Stage();
        var connection = stage.Connect();
        PgNatsBridgeOptions? bridgeOptions = null;
        NatsListenerOptions? listenerOptions = null;
        using var host = TestHost.Build(builder =>
        {
            if (asClient)
                builder.Services.AddSingleton<INatsClient>(connection);
            else
                builder.Services.AddSingleton<INatsConnection>(connection);
            if (withDataSource)
                builder.Services.AddSingleton(TestServer.DataSource).AddPgNatsBridge(Configure);
            else
                builder.Services.AddPgNatsBridge(TestServer.ConnectionString, Configure);
            builder.Services.AddNatsListener(options =>
            {
                options.SubjectPrefix = stage.Prefix;
                listenerOptions = options;
            });
        });
        await host.StartAsync();
        var bridge = host.Services.GetRequiredService<PgNatsBridge>();
        var listener = host.Services.GetRequiredService<NatsListener>();
        Assert.That(host.Services.GetRequiredService<NatsListener>(), Is.SameAs(listener));
        var recorder = new Recorder<Notification>();
        var channel = listener.Channel(UniqueChannel.Name());
        using var subscription = await channel.SubscribeAsync(recorder);
        await TestServer.DataSource.NotifyAsync(channel.Name, "hello");
        await recorder.UntilCountAsync(1);
        Assert.That((bridgeOptions!.LoggerFactory, bridgeOptions.MeterFactory), Is.EqualTo((Get<ILoggerFactory>(), Get<IMeterFactory>())));
        Assert.That((listenerOptions!.LoggerFactory, listenerOptions.MeterFactory), Is.EqualTo((Get<ILoggerFactory>(), Get<IMeterFactory>())));

        await host.StopAsync();
        Assert.That(bridge.CurrentState, Is.InstanceOf<BridgeState.Stopped>());
        host.Dispose();
        await recorder.UntilEndedAsync();
        Assert.That(recorder.HasCompleted);
        Assert.That(connection.ConnectionState, Is.EqualTo(NatsConnectionState.Open), "it is not the listener's");

        T Get<T>()
            where T : notnull => host.Services.GetRequiredService<T>();

        void Configure(PgNatsBridgeOptions options)
        {
            options.SubjectPrefix = stage.Prefix;
            bridgeOptions = options;
        }
    }

    [Test]
    public async Task AHostWithoutPostgresAndWithoutNats_StartsAndStops()
    {
        await using var nats = new NatsConnection(new NatsOpts { Url = NatsServer.UrlOf(LocalPostgres.LoopbackPort.FindFree()) });
        var log = new LogRecorder();
        using var host = TestHost.Build(
            builder => builder.Services.AddSingleton<INatsConnection>(nats).AddPgNatsBridge("Host=127.0.0.1;Port=1;Username=u;Password=s3cr3t"), log);
        await host.StartAsync().WaitAsync(Eventually.Deadline);
        await Eventually.IsTrueAsync(() => host.Services.GetRequiredService<PgNatsBridge>().CurrentState is BridgeState.Failing);
        await Eventually.IsTrueAsync(() => log.Of(118).Count >= 3, expectation: "attempts should fail");
        await host.StopAsync().WaitAsync(Eventually.Deadline);
        Assert.That(log.Text, Does.Contain("The bridge has failed").And.Not.Contain("s3cr3t"));
        Assert.That(log.Of(114).Take(3).Select(entry => entry.Level), Is.EqualTo(new[] { LogLevel.Warning, LogLevel.Information, LogLevel.Information }));
        Assert.That(log.Of(114).Select(entry => (entry.Exception, entry.Message.Contains('\n'))), Is.All.EqualTo(((Exception?)null, false)));
        Assert.That(log.Of(118).Select(entry => (entry.Level, entry.Exception is null)), Is.All.EqualTo((LogLevel.Debug, false)));
    }

    [Test]
    public async Task AnObserverThatThrows_IsLoggedWithoutThePayload_AndTheProcessGoesOn()
    {
        const string Secret = "s3cr3t-payload";
        await using var stage = new Stage(heartbeat: Stage.Calm);
        stage.StartBridge();
        var log = new LogRecorder();
        using var host = TestHost.Build(
            builder => builder.Services.AddSingleton<INatsConnection>(stage.Connect()).AddNatsListener(options => options.SubjectPrefix = stage.Prefix), log);
        var channel = host.Services.GetRequiredService<NatsListener>().Channel(UniqueChannel.Name());
        using var subscription = await channel.SubscribeAsync(notification => int.Parse(notification.Payload, CultureInfo.InvariantCulture));
        await TestServer.DataSource.NotifyAsync(channel.Name, Secret);
        await Eventually.IsTrueAsync(() => log.Text.Contains("FormatException", StringComparison.Ordinal));
        Assert.That(log.Text, Does.Contain(channel.Name).And.Not.Contain(Secret));
    }

    [Test]
    public async Task WhenTheHostBeginsToStop_AllSubscriptionsComplete_WithAndWithoutAKey()
    {
        await using var stage = new Stage();
        stage.StartBridge();
        await using var nats = stage.Connect();
        using var host = TestHost.Build(builder => builder.Services
            .AddSingleton<INatsConnection>(nats)
            .AddNatsListener((services, options) => options.SubjectPrefix = stage.Prefix)
            .AddKeyedNatsListener("key", options =>
            {
                Assert.That(options.Name, Is.EqualTo("key"));
                options.SubjectPrefix = stage.Prefix;
            })
            .AddHealthChecks().AddNatsListenerCheck().AddNatsListenerCheck(serviceKey: "key"));
        await host.StartAsync();
        NatsListener[] listeners = [host.Services.GetRequiredService<NatsListener>(), host.Services.GetRequiredKeyedService<NatsListener>("key")];
        Assert.That(listeners[0], Is.Not.SameAs(listeners[1]));
        var recorders = Array.ConvertAll(listeners, _ => new Recorder<ChannelSignal>());
        var channel = UniqueChannel.Name();
        foreach (var (listener, recorder) in listeners.Zip(recorders))
            await listener.Channel(channel).Signals.SubscribeAsync(recorder).WaitAsync(Eventually.Deadline);
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.That(report.Entries.Keys, Is.EquivalentTo(new[] { "natslistener", "natslistener:key" }));

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        foreach (var recorder in recorders)
        {
            await recorder.UntilEndedAsync();
            Assert.That(recorder.HasCompleted);
        }
    }

    [Test]
    public void ABridgesUri_IsAConnectionString() =>
        Assert.That(() => new PgNatsBridge("postgres://u:p@h/d", new NatsConnection()), Throws.Nothing);
}
