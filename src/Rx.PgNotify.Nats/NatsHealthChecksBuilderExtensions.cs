using Microsoft.Extensions.Diagnostics.HealthChecks;
using Rx.PgNotify.Nats;
using Rx.PgNotify.Nats.Registration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks for a <see cref="NatsListener"/> and a <see cref="PgNatsBridge"/>.</summary>
public static class NatsHealthChecksBuilderExtensions
{
    /// <summary>Reports what the registered <see cref="NatsListener"/> is doing, as it knows itself: nobody is asked.</summary>
    /// <remarks>
    /// Listening and Idle are healthy, Connecting and Reconnecting degraded, with what is missing in the description and as
    /// <c>missing</c> in the data; Faulted and Disposed have <paramref name="failureStatus"/>. A report quotes no message.
    /// </remarks>
    /// <param name="builder">The health checks to add to.</param>
    /// <param name="name">Default <see langword="null"/>: <c>natslistener</c>, with a key <c>natslistener:key</c>.</param>
    /// <param name="failureStatus">Default <see langword="null"/>: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">To choose checks by; default none.</param>
    /// <param name="serviceKey">The key that the listener is registered with; default none.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static IHealthChecksBuilder AddNatsListenerCheck(
        this IHealthChecksBuilder builder,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? (serviceKey is null ? "natslistener" : $"natslistener:{serviceKey}"),
            services => new NatsListenerHealthCheck(services.GetRequiredKeyedService<NatsListener>(serviceKey)),
            failureStatus,
            tags));
    }

    /// <summary>Reports what the registered <see cref="PgNatsBridge"/> is doing, as it knows itself: nobody is asked.</summary>
    /// <remarks>
    /// AtWork and StandingBy are healthy, Connecting is degraded; Failing, whichever end is missing, and Stopped have
    /// <paramref name="failureStatus"/>. A report names types of exceptions and quotes no message.
    /// </remarks>
    /// <param name="builder">The health checks to add to.</param>
    /// <param name="name">Default <c>pgnatsbridge</c>.</param>
    /// <param name="failureStatus">Default <see langword="null"/>: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">To choose checks by; default none.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static IHealthChecksBuilder AddPgNatsBridgeCheck(
        this IHealthChecksBuilder builder, string name = "pgnatsbridge", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name, services => new PgNatsBridgeHealthCheck(services.GetRequiredService<PgNatsBridge>()), failureStatus, tags));
    }
}
