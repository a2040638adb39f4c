using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Rx.PgNotify.DependencyInjection.IntegrationTests;

/// <summary>What the one health check of a host reports.</summary>
static class HostHealth
{
    public static async Task<HealthReportEntry> CheckHealthAsync(this IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries.Single().Value;

    public static Task<HealthReportEntry> UntilHealthAsync(this IHost host, string state) => Eventually.BecomesAsync(
        host.CheckHealthAsync, entry => state.Equals(entry.Data["state"]), expectation: $"the state is {state}");
}
