using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify;
using Rx.PgNotify.DependencyInjection;
using Rx.PgNotify.Nats;
using Rx.PgNotify.Nats.Registration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a <see cref="NatsListener"/>, or a <see cref="PgNatsBridge"/>, in an application that has a connection to NATS.</summary>
public static class NatsServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="NatsListener"/> as a singleton over the registered <see cref="INatsClient"/> or
    /// <see cref="INatsConnection"/>.
    /// </summary>
    /// <remarks>
    /// The container creates it when somebody asks for it, and disposes it. Its options have the container's logger and meter factories,
    /// and an <see cref="ListenerOptions.ObserverFailed"/> that logs the type of what was thrown, but not its message, which may quote a
    /// payload. They are checked when it is created.
    /// </remarks>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets options, after all else; default nothing.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddNatsListener(this IServiceCollection services, Action<NatsListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider =>
        {
            var options = new NatsListenerOptions
            {
                LoggerFactory = provider.GetService<ILoggerFactory>(),
                MeterFactory = provider.GetService<IMeterFactory>(),
            };
            if (options.LoggerFactory?.CreateLogger<NatsListener>() is { } logger)
                options.ObserverFailed = failure => ObserverFailureLog.Write(logger, failure);
            configure?.Invoke(options);
            return new NatsListener(NatsOf(provider), options);
        });
        return services;
    }

    /// <summary>
    /// Registers a <see cref="PgNatsBridge"/> that runs as long as the host, between the registered <see cref="NpgsqlDataSource"/> and the
    /// registered <see cref="INatsClient"/> or <see cref="INatsConnection"/>.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets options; default nothing.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    /// <remarks>
    /// The options have the container's logger and meter factories, and are checked when the host starts. A failure never ends the host: it
    /// is retried, logged, and reported by the health check.
    /// </remarks>
    public static IServiceCollection AddPgNatsBridge(this IServiceCollection services, Action<PgNatsBridgeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return Add(services, (provider, nats, options) => new PgNatsBridge(provider.GetRequiredService<NpgsqlDataSource>(), nats, options), configure);
    }

    /// <inheritdoc cref="AddPgNatsBridge(IServiceCollection, Action{PgNatsBridgeOptions}?)"/>
    /// <summary>Registers a <see cref="PgNatsBridge"/> that runs as long as the host, with a connection string of its own.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="connectionString">An Npgsql connection string.</param>
    /// <param name="configure">Sets options; default nothing.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/> or <paramref name="connectionString"/> is <see langword="null"/>.
    /// </exception>
    public static IServiceCollection AddPgNatsBridge(
        this IServiceCollection services, string connectionString, Action<PgNatsBridgeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(connectionString);
        return Add(services, (_, nats, options) => new PgNatsBridge(connectionString, nats, options), configure);
    }

    static IServiceCollection Add(
        IServiceCollection services, Func<IServiceProvider, INatsClient, PgNatsBridgeOptions, PgNatsBridge> create, Action<PgNatsBridgeOptions>? configure)
    {
        services.TryAddSingleton(provider =>
        {
            var options = new PgNatsBridgeOptions
            {
                LoggerFactory = provider.GetService<ILoggerFactory>(),
                MeterFactory = provider.GetService<IMeterFactory>(),
            };
            configure?.Invoke(options);
            return create(provider, NatsOf(provider), options);
        });
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, BridgeService>());
        return services;
    }

    static INatsClient NatsOf(IServiceProvider services) =>
        services.GetService<INatsConnection>() ?? services.GetService<INatsClient>()
        ?? throw new InvalidOperationException(
            $"No connection to NATS is registered: neither {nameof(INatsConnection)} nor {nameof(INatsClient)}. The package NATS.Net has AddNatsClient.");
}
