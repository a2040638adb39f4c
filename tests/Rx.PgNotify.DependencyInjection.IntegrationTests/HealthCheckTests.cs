using System.Reactive.Concurrency;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Rx.PgNotify.DependencyInjection.IntegrationTests;

[Parallelizable(ParallelScope.All)]
public class HealthCheckTests
{
    const string Secret = "s3cr3t-pa55word";

    [Test]
    public async Task AnIdleListener_IsHealthy_AndSoIsOneThatListens_AndNothingIsAskedOfTheServer()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        using var host = Build(tap.ConnectionString, heartbeat: TimeSpan.FromHours(1));
        Assert.That((await host.CheckHealthAsync()).Status, Is.EqualTo(HealthStatus.Healthy));
        Assert.That((await host.CheckHealthAsync()).Description, Is.EqualTo("Idle: nobody subscribes."));
        Assert.That(tap.Connections, Is.Zero);

        using var subscription = await SubscribeAsync(host);
        var entry = await host.UntilHealthAsync("Listening");
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Healthy));
        var roundTrips = tap.RoundTrips;
        for (var i = 0; i < 10; i++)
            await host.CheckHealthAsync();
        Assert.That(tap.RoundTrips, Is.EqualTo(roundTrips));
        Assert.That(tap.Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task AHostThatSwallowsPackets_IsDegradedFromTheFirstAttemptOn()
    {
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        using var hole = proxy.Swallow();
        // The first attempt of one goes on until it is seen, that of the other fails soon.
        using var patient = Build($"{proxy.ConnectionString};Timeout=600");
        using var first = Subscribe(patient);
        var entry = await patient.UntilHealthAsync("Connecting");
        Assert.That((entry.Status, entry.Description), Is.EqualTo((HealthStatus.Degraded, "The first connection is being opened.")));

        using var host = Build($"{proxy.ConnectionString};Timeout=2");
        using var subscription = Subscribe(host);
        entry = await host.UntilHealthAsync("Reconnecting");
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(entry.Data["attempt"], Is.GreaterThanOrEqualTo(1));
        Assert.That(entry.Description, Does.Contain("attempt ").And.Contain("TimeoutException"));
    }

    [Test]
    public async Task ALineThatFallsSilent_OrAServerThatIsGone_IsDegradedUntilItIsBack()
    {
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        var log = new LogRecorder();
        using var host = Build(With(proxy.ConnectionString, builder => builder.Timeout = 2), log);
        using var subscription = await SubscribeAsync(host);
        await host.UntilHealthAsync("Listening");

        using (proxy.Swallow())
            Assert.That((await host.UntilHealthAsync("Reconnecting")).Status, Is.EqualTo(HealthStatus.Degraded));
        await host.UntilHealthAsync("Listening");
        using (proxy.Refuse())
        {
            proxy.Cut(reset: true);
            var entry = await Eventually.BecomesAsync(
                host.CheckHealthAsync, entry => entry.Description!.Contains("(ConnectionRefused)", StringComparison.Ordinal));
            Assert.That(entry.Status, Is.EqualTo(HealthStatus.Degraded));
        }

        await host.UntilHealthAsync("Listening");
    }

    [Test]
    public async Task AWrongPassword_IsUnhealthy_AndNowhereToBeRead()
    {
        var log = new LogRecorder();
        using var host = Build(
            With(TestServer.ConnectionString, builder => (builder.Username, builder.Password) = ("nobody_of_this_name", Secret)), log);
        using var subscription = Subscribe(host);
        var entry = await host.UntilHealthAsync("Faulted");
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(entry.Description, Does.StartWith("Gave up: PgListenerException (AuthenticationFailed): PostgresException (SQLSTATE 28"));
        Assert.That(entry.Exception, Is.Null);
        Assert.That(log.Text, Does.Contain("Gave up").And.Not.Contain(Secret));
    }

    [Test]
    public async Task WhatAPasswordProviderSays_IsNotInTheReport()
    {
        using var host = TestHost.Build(builder =>
        {
            // Npgsql asks for the password when the server does.
            var dataSource = new NpgsqlDataSourceBuilder(With(TestServer.ConnectionString, parts => parts.Remove("Password")));
            dataSource.UsePasswordProvider(_ => throw new InvalidOperationException(Secret), (_, _) => throw new InvalidOperationException(Secret));
            builder.Services.AddSingleton(dataSource.Build());
            builder.Services.AddPgListener();
            builder.Services.AddHealthChecks().AddPgListenerCheck();
        });
        using var subscription = Subscribe(host);
        var entry = await host.UntilHealthAsync("Reconnecting");
        Assert.That(entry.Description, Does.Contain(nameof(InvalidOperationException)).And.Not.Contain(Secret));
        Assert.That(entry.Data.Values, Has.None.Matches<object>(value => Secret.Equals(value)));
    }

    [Test]
    public async Task ADisposedListener_HasTheStatusOfAFailure()
    {
        using var host = TestHost.Build(builder =>
        {
            builder.Services.AddPgListener(TestServer.ConnectionString);
            builder.Services.AddHealthChecks().AddPgListenerCheck(name: "orders", failureStatus: HealthStatus.Degraded, tags: ["ready"]);
        });
        await host.Services.GetRequiredService<PgListener>().DisposeAsync();
        var entry = await host.CheckHealthAsync();
        Assert.That((entry.Status, entry.Description), Is.EqualTo((HealthStatus.Degraded, "Disposed.")));
        Assert.That(entry.Tags, Is.EqualTo(new[] { "ready" }));
    }

    [TestCase(null, "call AddPgListener,")]
    [TestCase("stock", "no listener with the key stock")]
    public async Task ACheckWithoutAListener_SaysWhatIsMissing(string? key, string message)
    {
        using var host = TestHost.Build(builder => builder.Services.AddHealthChecks().AddPgListenerCheck(serviceKey: key));
        Assert.That(() => host.CheckHealthAsync(), Throws.InvalidOperationException.With.Message.Contains(message));
        await host.StopAsync();
    }

    [Test]
    public async Task AListenerWhoseDeliverySchedulerIsGone_IsDegraded_AndTheCheckEnds()
    {
        var scheduler = new EventLoopScheduler();
        scheduler.Dispose();
        using var host = TestHost.Build(builder =>
        {
            builder.Services.AddPgListener(TestServer.ConnectionString, options => options.DeliveryScheduler = scheduler);
            builder.Services.AddHealthChecks().AddPgListenerCheck();
        });
        var entry = await host.CheckHealthAsync().WaitAsync(Eventually.Deadline);
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That((entry.Data["state"], entry.Description), Is.EqualTo(((object)"Unknown", "Not known: nothing is delivered to observers; the listener's DeliveryScheduler is busy or disposed.")));
    }

    static IHost Build(string connectionString, LogRecorder? log = null, TimeSpan? heartbeat = null) => TestHost.Build(
        builder =>
        {
            builder.Services.AddPgListener(connectionString, options =>
            {
                options.Heartbeat = heartbeat ?? TimeSpan.FromSeconds(1);
                options.ReconnectDelay = TimeSpan.FromMilliseconds(10);
                options.MaxReconnectDelay = TimeSpan.FromMilliseconds(200);
            });
            builder.Services.AddHealthChecks().AddPgListenerCheck();
        },
        log);

    static IDisposable Subscribe(IHost host) =>
        host.Services.GetRequiredService<PgListener>().Channel(UniqueChannel.Name()).Subscribe(new Recorder<Notification>());

    static Task<IDisposable> SubscribeAsync(IHost host) =>
        host.Services.GetRequiredService<PgListener>().Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });

    static string With(string connectionString, Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        change(builder);
        return builder.ConnectionString;
    }
}
