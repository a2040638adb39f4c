using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using Rx.PgNotify.IntegrationTests.Servers;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Surroundings;

/// <summary>
/// What listener and notifier call later, and what Npgsql calls for them, runs in nobody's ExecutionContext: neither in
/// that of the first caller nor in that of the last.
/// </summary>
[LongTest, Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win"), UnsupportedOSPlatform("windows")]
public sealed class UnseenContextTests
{
    static readonly string[] s_ofConnecting =
        ["log of Npgsql", "log of Rx", "password provider", "initializer", "root certificate", "TLS options", "span"];

    readonly CertificateAuthority _authority = new();
    X509Certificate2 _root = null!;
    TlsServer _tls = null!;

    PostgresServer Server => _tls.Server;

    [OneTimeSetUp]
    public async Task StartServerAsync()
    {
        _root = _authority.Root;
        _tls = await TlsServer.StartAsync(_authority);
    }

    [OneTimeTearDown]
    public async Task StopServerAsync()
    {
        await _tls.DisposeAsync();
        _root.Dispose();
        _authority.Dispose();
    }

    [Test]
    public async Task WhatAListenerCallsLater_SeesNothingOfWhoSubscribed()
    {
        var (probe, application) = (new ContextProbe(), UniqueChannel.Name());
        await using var dataSource = Source(probe, application);
        using var spans = Spans(probe, application);
        await using var listener = new PgListener(dataSource, new PgListenerOptions
        {
            Linger = TimeSpan.Zero,
            Heartbeat = TimeSpan.FromSeconds(1),
            ReconnectDelay = TimeSpan.FromMilliseconds(10),
            LoggerFactory = probe,
            ObserverFailed = _ => probe.Look("observer failed"),
        });
        var channel = listener.Channel(UniqueChannel.Name());
        List<IDisposable> subscriptions = [];
        ForeignContext.Run(() => subscriptions.Add(listener.State.Subscribe(_ => probe.Look("state"))));
        ForeignContext.Run(() => subscriptions.Add(channel.Signals.Subscribe(signal => probe.Look($"{signal.Reasons}"))));
        ForeignContext.Run(() => subscriptions.Add(channel.Subscribe(_ => probe.Look("notification"))));
        ForeignContext.Run(() => subscriptions.Add(channel.Signals.Subscribe(_ => throw new FormatException())));
        ForeignContext.Run(() => subscriptions.Add(channel.Signals
            .Coalesce(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)).Subscribe(_ => probe.Look("burst"))));
        await Eventually.IsTrueAsync(() => probe.Count("Subscribed") == 1);
        await Server.NotifyAsync(channel.Name, "a");
        await Eventually.IsTrueAsync(() => probe.Count("notification") == 1);
        await Server.KillBackendsAsync(application);
        await Eventually.IsTrueAsync(() => probe.Count("Reconnected") == 1);
        ForeignContext.Run(() => subscriptions.ForEach(subscription => subscription.Dispose()));
        await listener.DisposeAsync();

        Assert.That(
            probe.Calls,
            Is.SupersetOf(s_ofConnecting.Concat(["state", "Subscribed", "Reconnected", "notification", "observer failed", "burst"])));
        Assert.That(probe.Foreign, Is.Empty);
    }

    [Test]
    public async Task WhatANotifierCallsLater_SeesNothingOfWhoSent()
    {
        var (probe, application) = (new ContextProbe(), UniqueChannel.Name());
        await using var dataSource = Source(probe, application);
        using var spans = Spans(probe, application);
        var notifier = Notifier();
        await using var disposed = notifier;
        await SendAsync();
        await Server.KillBackendsAsync(application);
        await Task.Delay(TimeSpan.FromMilliseconds(150)); // a line that was used just now is not asked whether it lives
        await SendAsync();
        await notifier.DisposeAsync();

        Assert.That(probe.Calls, Is.SupersetOf(s_ofConnecting));
        Assert.That(probe.Foreign, Is.Empty);

        PgNotifier Notifier()
        {
            PgNotifier? made = null;
            ForeignContext.Run(() => made = new PgNotifier(
                dataSource, new PgNotifierOptions { LoggerFactory = probe, ReconnectDelay = TimeSpan.FromMilliseconds(10) }));
            return made!;
        }

        Task SendAsync()
        {
            var send = Task.CompletedTask;
            ForeignContext.Run(() => send = notifier.NotifyAsync("a"));
            return send;
        }
    }

    NpgsqlDataSource Source(ContextProbe probe, string application)
    {
        var connection = new NpgsqlConnectionStringBuilder(Server.ConnectionString)
        {
            Host = TlsServer.CertifiedHost,
            SslMode = SslMode.VerifyFull,
            ApplicationName = application,
            Pooling = false,
        };
        var password = connection.Password!;
        connection.Password = null;
        var builder = new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = application };
        builder.UseLoggerFactory(probe);
        builder.UsePasswordProvider(_ => throw new NotSupportedException(), (_, _) =>
        {
            probe.Look("password provider");
            return ValueTask.FromResult(password);
        });
        builder.UsePhysicalConnectionInitializer(_ => { }, _ =>
        {
            probe.Look("initializer");
            return Task.CompletedTask;
        });
        builder.UseRootCertificateCallback(() =>
        {
            probe.Look("root certificate");
            return _root;
        });
        builder.UseSslClientAuthenticationOptionsCallback(_ => probe.Look("TLS options"));
        return builder.Build();
    }

    // Npgsql's: the library's own have tests of their own.
    static ActivityListener Spans(ContextProbe probe, string application)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (application.Equals(activity.GetTagItem("db.npgsql.data_source")))
                    probe.Look("span");
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
