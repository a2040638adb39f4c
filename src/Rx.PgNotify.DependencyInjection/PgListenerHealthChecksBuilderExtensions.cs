using Microsoft.Extensions.Diagnostics.HealthChecks;
using Rx.PgNotify;
using Rx.PgNotify.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a health check for a <see cref="PgListener"/>.</summary>
public static class PgListenerHealthChecksBuilderExtensions
{
    /// <summary>
    /// Reports what a registered <see cref="PgListener"/> is doing, as it knows itself: no connection is opened and nothing is
    /// asked of the server.
    /// </summary>
    /// <remarks>
    /// Listening and Idle are healthy, Connecting and Reconnecting degraded, and so is a listener whose state does not come
    /// within 5 seconds, since nothing else comes over its <c>DeliveryScheduler</c> either. Faulted and Disposed have
    /// <paramref name="failureStatus"/>. A report names types of exceptions and SQLSTATEs, and quotes no message, so no payload
    /// and no password either.
    /// </remarks>
    /// <param name="builder">The health checks to add to.</param>
    /// <param name="name">Default <see langword="null"/>: <c>pglistener</c>, with a key <c>pglistener:key</c>.</param>
    /// <param name="failureStatus">Default <see langword="null"/>: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">To choose checks by; default none.</param>
    /// <param name="timeout">How long the check may take; default <see langword="null"/>: no limit but the 5 seconds.</param>
    /// <param name="serviceKey">The key that the listener is registered with; default none.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static IHealthChecksBuilder AddPgListenerCheck(
        this IHealthChecksBuilder builder,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null,
        object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? (serviceKey is null ? "pglistener" : $"pglistener:{serviceKey}"),
            services => new PgListenerHealthCheck(
                (serviceKey is null ? services.GetService<PgListener>() : services.GetKeyedService<PgListener>(serviceKey))
                ?? throw new InvalidOperationException(serviceKey is null
                    ? "There is no listener to check: call AddPgListener, or give AddPgListenerCheck the serviceKey of AddKeyedPgListener."
                    : $"There is no listener with the key {serviceKey} to check: call AddKeyedPgListener with it.")),
            failureStatus,
            tags,
            timeout));
    }
}
