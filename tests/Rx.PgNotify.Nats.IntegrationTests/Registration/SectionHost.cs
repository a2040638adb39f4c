using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NATS.Client.Core;
using Npgsql;

namespace Rx.PgNotify.Nats.IntegrationTests.Registration;

/// <summary>A host with something to connect with at both ends, which nobody opens: only its options are looked at.</summary>
static class SectionHost
{
    public static IHost Build(Action<HostApplicationBuilder> configure, params (string Key, string? Value)[] configuration) => TestHost.Build(
        builder =>
        {
            builder.Services.AddSingleton<INatsConnection>(_ => new NatsConnection());
            builder.Services.AddSingleton(_ => NpgsqlDataSource.Create("Host=h"));
            configure(builder);
        },
        configuration: configuration);

    public static TOptions Of<TOptions>(IHost host, string? key = null) =>
        host.Services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(key);
}
