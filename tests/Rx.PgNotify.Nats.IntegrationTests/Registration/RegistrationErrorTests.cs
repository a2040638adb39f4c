using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NATS.Client.Core;
using Npgsql;

namespace Rx.PgNotify.Nats.IntegrationTests.Registration;

/// <summary>What is missing is said when the host starts, and what can't be meant at once.</summary>
[Parallelizable(ParallelScope.All)]
public class RegistrationErrorTests
{
    [Test]
    public void AConnectionToNatsThatIsMissing_IsSaidWhenTheHostStarts()
    {
        Action<IServiceCollection>[] registrations =
        [
            services => services.AddPgNatsBridge("Host=h"),
            services => services.AddNatsListener(),
            services => services.AddKeyedNatsListener("key"),
            services => services.AddKeyedSingleton<INatsConnection>("other", (_, _) => new NatsConnection()).AddKeyedNatsListener("key"),
        ];
        foreach (var register in registrations)
        {
            using var host = TestHost.Build(builder => register(builder.Services));
            Assert.That(
                async () => await host.StartAsync(),
                Throws.InstanceOf<OptionsValidationException>().With.Message.EqualTo(
                    "No connection to NATS is registered: neither INatsConnection nor INatsClient. The package NATS.Net has AddNatsClient."));
        }
    }

    [Test]
    public async Task AConnectionToNats_IsTakenFromTheKey_OrElseWithoutOne([Values] bool hasTheKey)
    {
        await using var nats = new NatsConnection();
        using var host = TestHost.Build(builder =>
        {
            if (hasTheKey)
                builder.Services.AddKeyedSingleton<INatsClient>("key", nats);
            else
                builder.Services.AddSingleton<INatsClient>(nats);
            builder.Services.AddKeyedNatsListener("key");
        });
        await host.StartAsync();
        Assert.That(host.Services.GetKeyedService<NatsListener>("key"), Is.Not.Null);
    }

    [Test]
    public async Task AConnectionToNats_IsNotMadeBeforeSomebodyWantsIt()
    {
        using var host = TestHost.Build(builder => builder.Services
            .AddSingleton<INatsConnection>(_ => throw new TimeZoneNotFoundException()).AddNatsListener());
        await host.StartAsync();
        Assert.That(() => host.Services.GetRequiredService<NatsListener>(), Throws.InstanceOf<TimeZoneNotFoundException>());
    }

    [Test]
    public async Task ASecondRegistrationWithoutAConnection_KeepsTheFirstOnes()
    {
        await using var nats = new NatsConnection();
        using var host = TestHost.Build(builder => builder.Services.AddSingleton<INatsConnection>(nats)
            .AddPgNatsBridge("Host=h").AddPgNatsBridge(options => options.Channels = ["orders"]));
        Assert.That(() => host.Services.GetRequiredService<PgNatsBridge>(), Throws.Nothing);
    }

    [Test]
    public async Task ADataSourceThatIsMissing_IsSaidWhenTheHostStarts()
    {
        await using var nats = new NatsConnection();
        using var host = TestHost.Build(builder => builder.Services.AddSingleton<INatsConnection>(nats).AddPgNatsBridge());
        Assert.That(
            async () => await host.StartAsync(),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains($"no {nameof(NpgsqlDataSource)} is registered"));
    }

    [Test]
    public void AllThatIsMissing_IsSaidAtOnce()
    {
        using var host = TestHost.Build(builder => builder.Services.AddPgNatsBridge(options => options.Channels = null!));
        var error = Assert.Throws<OptionsValidationException>(() => host.StartAsync().GetAwaiter().GetResult())!;
        Assert.That(error.Failures.Select(failure => failure.Split(':')[0]), Is.EqualTo(new[]
        {
            "PgNatsBridgeOptions.Channels",
            "There is nothing to connect to",
            "No connection to NATS is registered",
        }));
    }

    [Test]
    public async Task WhatTheApplicationSetsWrongly_IsSaidWhenTheHostStarts_OrByTheFirstWhoAsks()
    {
        await using var nats = new NatsConnection();
        using var invalid = TestHost.Build(builder => builder.Services.AddSingleton<INatsConnection>(nats)
            .AddPgNatsBridge("Host=h", options => options.SubjectPrefix = "a b").AddNatsListener(options => options.SubjectPrefix = "a.>"));
        Assert.That(
            async () => await invalid.StartAsync(),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("PgNatsBridgeOptions.SubjectPrefix must be ").And.Message.Contains("'a b'"));
        Assert.That(
            () => invalid.Services.GetRequiredService<NatsListener>(),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("NatsListenerOptions.SubjectPrefix must be ").And.Message.Contains("'a.>'"));
    }

    [Test]
    public void AConnectionStringThatIsMissing_NamesWhereItIsLookedFor()
    {
        using var host = TestHost.Build(builder =>
        {
            // As nullable warnings are often silenced.
            var missing = builder.Configuration.GetConnectionString("missing")!;
            Action[] registrations =
            [
                () => builder.Services.AddPgNatsBridge(missing),
                () => builder.Services.AddPgNatsBridge(missing, (_, _) => { }),
            ];
            foreach (var register in registrations)
            {
                Assert.That(
                    () => register(),
                    Throws.ArgumentNullException.With.Message.Contains("GetConnectionString(name)").And.Message.Contains("ConnectionStrings__name")
                        .And.Property(nameof(ArgumentException.ParamName)).EqualTo("connectionString"));
            }
        });
    }

    [Test]
    public void ArgumentsThatAreMissing_ThrowAtOnce()
    {
        var services = new ServiceCollection();
        Action[] registrations =
        [
            () => services.AddPgNatsBridge((string)null!),
            () => services.AddPgNatsBridge((IConfiguration)null!),
            () => services.AddPgNatsBridge((IConfiguration)null!, (_, _) => { }),
            () => services.AddNatsListener((IConfiguration)null!),
            () => services.AddNatsListener((IConfiguration)null!, (_, _) => { }),
            () => services.AddKeyedNatsListener(null!),
            () => services.AddKeyedNatsListener("key", (IConfiguration)null!),
            () => services.AddKeyedNatsListener("key", (IConfiguration)null!, (_, _) => { }),
            () => ((IServiceCollection)null!).AddPgNatsBridge(),
            () => ((IServiceCollection)null!).AddNatsListener(),
            () => ((IHealthChecksBuilder)null!).AddNatsListenerCheck(),
            () => ((IHealthChecksBuilder)null!).AddPgNatsBridgeCheck(),
        ];
        foreach (var register in registrations)
            Assert.That(() => register(), Throws.ArgumentNullException);
        Assert.That(services, Is.Empty);
    }
}
