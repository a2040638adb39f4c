using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.IntegrationTests.DependencyInjection;

/// <summary>A host with nothing in it but what a test adds, and everything that it logs.</summary>
static class TestHost
{
    public static IHost Build(
        Action<HostApplicationBuilder> configure, LogRecorder? log = null, params (string Key, string? Value)[] configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        foreach (var (key, value) in configuration)
            builder.Configuration[key] = value;
        if (log is not null)
            builder.Services.AddSingleton<ILoggerFactory>(log);
        configure(builder);
        return builder.Build();
    }

    /// <summary>What the one health check reports.</summary>
    public static async Task<HealthReportEntry> CheckHealthAsync(this IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries.Single().Value;

    public static Task<HealthReportEntry> UntilHealthAsync(this IHost host, string state) => Eventually.BecomesAsync(
        host.CheckHealthAsync, entry => state.Equals(entry.Data["state"]), expectation: $"the state is {state}");
}
