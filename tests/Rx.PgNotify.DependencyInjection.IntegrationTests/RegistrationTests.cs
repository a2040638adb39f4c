using System.Diagnostics.Metrics;
using System.Reactive.Linq;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.DependencyInjection.IntegrationTests;

[Parallelizable(ParallelScope.All)]
public class RegistrationTests
{
    [Test]
    public async Task AListener_ConnectsLikeTheRegisteredDataSource_AndIsClosedWithTheHost()
    {
        var application = UniqueChannel.Name("host");
        using (var host = TestHost.Build(builder =>
        {
            // The container's own, which it closes last: what nobody uses any more has gone back to its pool.
            builder.Services.AddSingleton(_ => NpgsqlDataSource.Create($"{TestServer.ConnectionString};Application Name={application}"));
            builder.Services.AddPgListener();
            builder.Services.AddPgNotifier();
        }))
        {
            await host.StartAsync();
            Assert.That(await BackendsAsync(application), Is.Zero, "nobody has subscribed yet");
            var listener = host.Services.GetRequiredService<PgListener>();
            Assert.That(host.Services.GetRequiredService<PgListener>(), Is.SameAs(listener));
            var recorder = new Recorder<Notification>();
            var channel = UniqueChannel.Name();
            await listener.Channel(channel).SubscribeAsync(recorder);
            await host.Services.GetRequiredService<PgNotifier>().NotifyAsync(channel, "hello");
            await recorder.UntilCountAsync(1);
            Assert.That(await BackendsAsync(application), Is.EqualTo(2));
            await host.StopAsync();
        }

        await Eventually.IsTrueAsync(async () => await BackendsAsync(application) == 0);
    }

    [Test]
    public async Task AContainerThatIsDisposedSynchronously_ClosesTheConnectionToo()
    {
        var application = UniqueChannel.Name("host");
        var services = new ServiceCollection();
        services.AddPgListener($"{TestServer.ConnectionString};Application Name={application}");
        services.AddPgNotifier($"{TestServer.ConnectionString};Application Name={application}");
        var provider = services.BuildServiceProvider();
        var channel = UniqueChannel.Name();
        var recorder = new Recorder<Notification>();
        await provider.GetRequiredService<PgListener>().Channel(channel).SubscribeAsync(recorder);
        await provider.GetRequiredService<PgNotifier>().NotifyAsync(channel);

        await Task.Run(provider.Dispose).WaitAsync(Eventually.Deadline);

        await recorder.UntilEndedAsync();
        Assert.That(recorder.HasCompleted);
        await Eventually.IsTrueAsync(async () => await BackendsAsync(application) == 0);
    }

    [Test]
    public async Task TwoDatabases_HaveAKeyEach()
    {
        string[] databases = [UniqueChannel.Name("first"), UniqueChannel.Name("second")];
        foreach (var database in databases)
            await TestServer.Current.ExecuteAsync($"CREATE DATABASE {database}");
        try
        {
            await HearBothAsync(databases);
        }
        finally
        {
            foreach (var database in databases)
                await TestServer.Current.ExecuteAsync($"DROP DATABASE {database} WITH (FORCE)");
        }
    }

    [Test]
    public async Task AConnectionString_IsFoundByItsName()
    {
        using var host = TestHost.Build(
            builder => builder.Services.AddPgListener(builder.Configuration.GetSection("Listeners:Orders")),
            configuration: [("ConnectionStrings:shop", TestServer.ConnectionString), ("Listeners:Orders:ConnectionStringName", "shop")]);
        await host.StartAsync();
        using var subscription = await host.Services.GetRequiredService<PgListener>().Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        Assert.That(subscription, Is.Not.Null);
    }

    [Test]
    public async Task Options_AreTheSections_ThenTheApplications()
    {
        PgListenerOptions? seen = null;
        using var host = TestHost.Build(
            builder =>
            {
                builder.Services.AddSingleton("of the application");
                builder.Services.AddKeyedPgListener(
                    "orders",
                    builder.Configuration.GetSection("PgListener"),
                    (services, options) =>
                    {
                        options.Name = services.GetRequiredService<string>();
                        seen = options;
                    });
            },
            configuration:
            [
                ("PgListener:ConnectionString", "Host=h"),
                ("PgListener:Name", "of the section"),
                ("PgListener:linger", "00:00:02"),
                ("PgListener:Heartbeat", "00:00:03.25"),
                ("PgListener:BufferCapacity", "4"),
                ("PgListener:BufferBytes", "100000"),
                ("PgListener:ReconnectDelay", "00:00:00.5"),
                ("PgListener:MaxReconnectDelay", "00:00:06"),
                ("PgListener:ReconnectBudget", "1.00:00:00"),
            ]);
        await host.StartAsync();

        Assert.That(host.Services.GetKeyedService<PgListener>("orders"), Is.Not.Null);
        Assert.That(host.Services.GetService<PgListener>(), Is.Null);
        Assert.That(seen!.Name, Is.EqualTo("of the application"));
        Assert.That(seen.Linger, Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(seen.Heartbeat, Is.EqualTo(TimeSpan.FromSeconds(3.25)));
        Assert.That(seen.BufferCapacity, Is.EqualTo(4));
        Assert.That(seen.BufferBytes, Is.EqualTo(100_000));
        Assert.That(seen.ReconnectDelay, Is.EqualTo(TimeSpan.FromSeconds(0.5)));
        Assert.That(seen.MaxReconnectDelay, Is.EqualTo(TimeSpan.FromSeconds(6)));
        Assert.That(seen.ReconnectBudget, Is.EqualTo(TimeSpan.FromDays(1)));
        Assert.That(seen.LoggerFactory, Is.SameAs(host.Services.GetRequiredService<ILoggerFactory>()));
        Assert.That(seen.MeterFactory, Is.SameAs(host.Services.GetRequiredService<IMeterFactory>()));
    }

    [Test]
    public async Task ANotifiersOptions_AreTheSections()
    {
        PgNotifierOptions? seen = null;
        using var host = TestHost.Build(
            builder => builder.Services.AddPgNotifier(builder.Configuration.GetSection("PgNotifier"), options => seen = options),
            configuration:
            [
                ("PgNotifier:ConnectionString", "Host=h"),
                ("PgNotifier:Name", "mail"),
                ("PgNotifier:Capacity", "7"),
                ("PgNotifier:MergeEqual", "true"),
                ("PgNotifier:ResendInDoubt", "True"),
                ("PgNotifier:SendTimeout", "00:00:08"),
                ("PgNotifier:FlushTimeout", "00:00:09"),
                ("PgNotifier:CommitTimeout", "00:00:05.5"),
                ("PgNotifier:ReconnectDelay", "00:00:00.2"),
                ("PgNotifier:MaxReconnectDelay", "00:00:04"),
            ]);
        await host.StartAsync();

        Assert.That(host.Services.GetService<PgNotifier>(), Is.Not.Null);
        Assert.That(
            (seen!.Name, seen.Capacity, seen.MergeEqual, seen.ResendInDoubt, seen.SendTimeout, seen.FlushTimeout, seen.CommitTimeout, seen.ReconnectDelay, seen.MaxReconnectDelay),
            Is.EqualTo(("mail", 7, true, true, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(5.5), TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(4))));
    }

    [Test]
    public async Task AnObserverThatThrows_IsLoggedWithoutThePayload_AndTheProcessGoesOn()
    {
        const string Secret = "s3cr3t-payload";
        var log = new LogRecorder();
        using var host = TestHost.Build(builder => builder.Services.AddPgListener(TestServer.ConnectionString), log);
        var channel = host.Services.GetRequiredService<PgListener>().Channel(UniqueChannel.Name());
        using var subscription = await channel.SubscribeAsync(notification => int.Parse(notification.Payload, System.Globalization.CultureInfo.InvariantCulture));
        await TestServer.DataSource.NotifyAsync(channel.Name, Secret);

        await Eventually.IsTrueAsync(() => log.Text.Contains("FormatException", StringComparison.Ordinal));
        Assert.That(
            log.Text,
            Does.Contain(channel.Name).And.Contain(nameof(AnObserverThatThrows_IsLoggedWithoutThePayload_AndTheProcessGoesOn)),
            "the channel and the stack");
        Assert.That(log.Text, Does.Not.Contain(Secret));
    }

    [Test]
    public async Task AnObserverBehindACoalesceOrALiveQuery_ThatThrows_IsLogged_AndTheProcessGoesOn()
    {
        var log = new LogRecorder();
        using var host = TestHost.Build(builder => builder.Services.AddPgListener(TestServer.ConnectionString), log);
        var channel = host.Services.GetRequiredService<PgListener>().Channel(UniqueChannel.Name());
        using var burst = channel.Signals.Coalesce(TimeSpan.FromMilliseconds(10)).Subscribe(_ => throw new TimeZoneNotFoundException());
        using var query = channel
            .LiveQuery(async _ =>
            {
                await Task.Yield();
                return 0;
            })
            .Subscribe(_ => throw new EntryPointNotFoundException());

        await Eventually.IsTrueAsync(() => log.Of(61).Count == 2, expectation: "both should be logged");
        Assert.That(
            log.Of(61).Select(entry => entry.Message.Split(',')[0]).Order(StringComparer.Ordinal),
            Is.EqualTo(new[]
            {
                $"An observer of the channel {channel.Name} threw {nameof(EntryPointNotFoundException)}",
                $"An observer of the channel {channel.Name} threw {nameof(TimeZoneNotFoundException)}",
            }));
    }

    [Test]
    public async Task AUri_ConnectsLikeKeywords_WhereverItIsGiven()
    {
        var uri = PostgresUriOf(TestServer.ConnectionString);
        using var host = TestHost.Build(
            builder =>
            {
                builder.Services.AddKeyedPgListener("given", uri).AddKeyedPgNotifier("given", uri);
                builder.Services.AddKeyedPgListener("named", builder.Configuration.GetSection("Orders"));
            },
            configuration: [("ConnectionStrings:shop", uri), ("Orders:ConnectionStringName", "shop")]);
        await host.StartAsync();
        var recorder = new Recorder<Notification>();
        var channel = UniqueChannel.Name();
        foreach (var key in (string[])["given", "named"])
            await host.Services.GetRequiredKeyedService<PgListener>(key).Channel(channel).SubscribeAsync(recorder);
        await host.Services.GetRequiredKeyedService<PgNotifier>("given").NotifyAsync(channel);
        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Error, Is.Null);
    }

    // The action alone, which is what people write first, and the one with services beside it.
    [Test]
    public async Task Options_AreSetWithAndWithoutServices_WithAndWithoutAKey()
    {
        var seen = new List<string>();
        using var host = TestHost.Build(builder =>
        {
            builder.Services.AddSingleton(_ => NpgsqlDataSource.Create("Host=h"));
            builder.Services.AddKeyedSingleton("key", (_, _) => NpgsqlDataSource.Create("Host=h"));
            builder.Services.AddPgListener(options => seen.Add($"listener {options.Linger}"));
            builder.Services.AddPgListener((services, options) => seen.Add($"listener with services {services is not null} {options.Linger}"));
            builder.Services.AddPgNotifier(options => seen.Add($"notifier {options.Capacity}"));
            builder.Services.AddPgNotifier((services, options) => seen.Add($"notifier with services {services is not null} {options.Capacity}"));
            builder.Services.AddKeyedPgListener("key", options => seen.Add($"{options.Name} listener"));
            builder.Services.AddKeyedPgListener("key", (services, options) => seen.Add($"{options.Name} listener with services {services is not null}"));
            builder.Services.AddKeyedPgNotifier("key", options => seen.Add($"{options.Name} notifier"));
            builder.Services.AddKeyedPgNotifier("key", (services, options) => seen.Add($"{options.Name} notifier with services {services is not null}"));
        });
        await host.StartAsync();

        Assert.That(seen, Is.EquivalentTo(new[]
        {
            "listener 00:00:01", "listener with services True 00:00:01",
            "notifier 4096", "notifier with services True 4096",
            "key listener", "key listener with services True",
            "key notifier", "key notifier with services True",
        }));
        await using var listener = host.Services.GetRequiredKeyedService<PgListener>("key");
        Assert.That(host.Services.GetRequiredService<PgListener>(), Is.Not.SameAs(listener));
    }

    [Test]
    public async Task AnObserverThatThrows_WhileTheLogFails_EndsNothingButItself()
    {
        var log = new LogRecorder { Fails = true };
        using var host = TestHost.Build(builder => builder.Services.AddPgListener(TestServer.ConnectionString), log);
        var channel = host.Services.GetRequiredService<PgListener>().Channel(UniqueChannel.Name());
        var other = new Recorder<Notification>();
        using var subscription = await channel.SubscribeAsync(_ => throw new InvalidOperationException());
        using var second = await channel.SubscribeAsync(other);
        await TestServer.DataSource.NotifyAsync(channel.Name, "1");
        await Eventually.IsTrueAsync(() => log.Text.Contains("An observer of", StringComparison.Ordinal));
        await TestServer.DataSource.NotifyAsync(channel.Name, "2");

        await other.UntilCountAsync(2);
        Assert.That(other.Items.Select(notification => notification.Payload), Is.EqualTo(new[] { "1", "2" }));
    }

    [Test]
    public async Task ASecondRegistration_ReplacesTheConnection_AndKeepsTheOptions()
    {
        PgListenerOptions? seen = null;
        using var host = TestHost.Build(
            builder =>
            {
                builder.Services.AddPgListener(builder.Configuration.GetSection("PgListener"), options => options.ObserverFailed = null);
                builder.Services.AddPgListener(TestServer.ConnectionString, options => seen = options);
            },
            new LogRecorder(),
            ("PgListener:ConnectionStringName", "not set"),
            ("PgListener:Name", "orders"));
        await host.StartAsync();

        using var subscription = await host.Services.GetRequiredService<PgListener>().Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        Assert.That((seen!.Name, seen.ObserverFailed), Is.EqualTo(("orders", (Action<ObserverFailure>?)null)));
    }

    [Test]
    public async Task ASecondRegistrationWithoutAConnection_KeepsTheFirstOnes()
    {
        PgListenerOptions? seen = null;
        await using var other = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={LoopbackPort.FindFree()}");
        using var host = TestHost.Build(builder =>
        {
            builder.Services.AddSingleton(other);
            builder.Services.AddPgListener(TestServer.ConnectionString, options => options.Name = "orders");
            builder.Services.AddPgListener(options => seen = options);
        });
        await host.StartAsync();

        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        using var subscription = await host.Services.GetRequiredService<PgListener>().Channel(UniqueChannel.Name())
            .SubscribeAsync(_ => { }, cancellationToken: deadline.Token);
        Assert.That(seen!.Name, Is.EqualTo("orders"));
    }

    [Test]
    public async Task OptionsThatWereSetBeforehand_AreKept()
    {
        PgListenerOptions? seen = null;
        using var host = TestHost.Build(builder =>
        {
            builder.Services.Configure<PgListenerOptions>("orders", options => options.Name = "of the application");
            builder.Services.AddKeyedPgListener("orders", "Host=h", options => seen = options);
        });
        await host.StartAsync();
        Assert.That(seen!.Name, Is.EqualTo("of the application"));
    }

    static async Task HearBothAsync(string[] databases)
    {
        using var host = TestHost.Build(builder =>
        {
            foreach (var database in databases)
            {
                var dataSource = NpgsqlDataSource.Create(
                    new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { Database = database }.ConnectionString);
                builder.Services.AddKeyedSingleton(database, (_, _) => dataSource);
                builder.Services.AddKeyedPgListener(database);
                builder.Services.AddKeyedPgNotifier(database);
                builder.Services.AddHealthChecks().AddPgListenerCheck(serviceKey: database);
            }
        });
        await host.StartAsync();
        var recorders = databases.ToDictionary(database => database, _ => new Recorder<Notification>());
        foreach (var database in databases)
            await host.Services.GetRequiredKeyedService<PgListener>(database).Channel("a").SubscribeAsync(recorders[database]);
        foreach (var database in databases)
            await host.Services.GetRequiredKeyedService<PgNotifier>(database).NotifyAsync("a", database);
        foreach (var (database, recorder) in recorders)
        {
            await recorder.UntilCountAsync(1);
            Assert.That(recorder.Items.Select(notification => notification.Payload), Is.EqualTo(new[] { database }));
        }

        var report = await host.Services.GetRequiredService<Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckService>().CheckHealthAsync();
        Assert.That(report.Entries.Keys, Is.EquivalentTo(databases.Select(database => $"pglistener:{database}")));
        await host.StopAsync();
    }

    static string PostgresUriOf(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return $"postgres://{Part(parts.Username)}:{Part(parts.Password)}@/{Part(parts.Database ?? parts.Username)}?host={Part(parts.Host)}&port={parts.Port}";

        static string Part(string? text) => Uri.EscapeDataString(text ?? "");
    }

    static async Task<long> BackendsAsync(string application) => (long)(await TestServer.Current.ExecuteAsync(
        $"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{application}'"))!;
}
