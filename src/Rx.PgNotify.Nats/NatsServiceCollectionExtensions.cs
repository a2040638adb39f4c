using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify;
using Rx.PgNotify.Connections;
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
    /// an <see cref="ListenerOptions.ObserverFailed"/> that logs the type of what was thrown, but not its message, which may quote a
    /// payload, and the host's <c>ApplicationStopping</c> as <see cref="ListenerOptions.StoppingToken"/>: when the host begins to stop, all
    /// subscriptions complete. They are checked when it is created.
    /// </remarks>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets options, after all else; default nothing.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddNatsListener(this IServiceCollection services, Action<NatsListenerOptions>? configure = null) =>
        AddListener(services, null, (_, options) => configure?.Invoke(options));

    /// <inheritdoc cref="AddNatsListener(IServiceCollection, Action{NatsListenerOptions}?)" path="/*[self::summary or self::remarks or self::returns]"/>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets options, after all else, with services of the container.</param>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="configure"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddNatsListener(this IServiceCollection services, Action<IServiceProvider, NatsListenerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return AddListener(services, null, configure);
    }

    /// <summary>
    /// Registers a <see cref="NatsListener"/> as a keyed singleton over the <see cref="INatsClient"/> or <see cref="INatsConnection"/> that is
    /// registered with the same key or, if none is, without one.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="serviceKey">For several bridges, which have a prefix each: the key of the listener. Its text is its name in metrics.</param>
    /// <param name="configure">Sets options, after all else; default nothing.</param>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="serviceKey"/> is <see langword="null"/>.</exception>
    /// <inheritdoc cref="AddNatsListener(IServiceCollection, Action{NatsListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddKeyedNatsListener(
        this IServiceCollection services, object serviceKey, Action<NatsListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        return AddListener(services, serviceKey, (_, options) => configure?.Invoke(options));
    }

    /// <inheritdoc cref="AddKeyedNatsListener(IServiceCollection, object, Action{NatsListenerOptions}?)" path="/*[self::summary or self::remarks or self::returns]"/>
    /// <param name="services">The services to add to.</param>
    /// <param name="serviceKey">For several bridges, which have a prefix each: the key of the listener. Its text is its name in metrics.</param>
    /// <param name="configure">Sets options, after all else, with services of the container.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="serviceKey"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    public static IServiceCollection AddKeyedNatsListener(
        this IServiceCollection services, object serviceKey, Action<IServiceProvider, NatsListenerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(configure);
        return AddListener(services, serviceKey, configure);
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
    /// The options have the container's logger and meter factories, and are checked when the host starts. A failure does not end the host: it
    /// is retried, logged, and reported by the health check.
    /// </remarks>
    public static IServiceCollection AddPgNatsBridge(this IServiceCollection services, Action<PgNatsBridgeOptions>? configure = null) =>
        AddBridge(services, OfDataSource, (_, options) => configure?.Invoke(options));

    /// <inheritdoc cref="AddPgNatsBridge(IServiceCollection, Action{PgNatsBridgeOptions}?)" path="/*[self::summary or self::remarks or self::returns]"/>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets options, with services of the container.</param>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="configure"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddPgNatsBridge(this IServiceCollection services, Action<IServiceProvider, PgNatsBridgeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return AddBridge(services, OfDataSource, configure);
    }

    /// <inheritdoc cref="AddPgNatsBridge(IServiceCollection, Action{PgNatsBridgeOptions}?)" path="/*[self::remarks or self::returns]"/>
    /// <summary>Registers a <see cref="PgNatsBridge"/> that runs as long as the host, with a connection string of its own.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="connectionString">An Npgsql connection string, or a <c>postgres://</c> URI as libpq reads it.</param>
    /// <param name="configure">Sets options; default nothing.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/> or <paramref name="connectionString"/> is <see langword="null"/>.
    /// </exception>
    public static IServiceCollection AddPgNatsBridge(
        this IServiceCollection services, string connectionString, Action<PgNatsBridgeOptions>? configure = null)
    {
        ConnectionString.ThrowIfNull(connectionString);
        return AddBridge(services, Of(connectionString), (_, options) => configure?.Invoke(options));
    }

    /// <inheritdoc cref="AddPgNatsBridge(IServiceCollection, string, Action{PgNatsBridgeOptions}?)" path="/*[self::summary or self::remarks or self::returns]"/>
    /// <param name="services">The services to add to.</param>
    /// <param name="connectionString">An Npgsql connection string, or a <c>postgres://</c> URI as libpq reads it.</param>
    /// <param name="configure">Sets options, with services of the container.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="connectionString"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    public static IServiceCollection AddPgNatsBridge(
        this IServiceCollection services, string connectionString, Action<IServiceProvider, PgNatsBridgeOptions> configure)
    {
        ConnectionString.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(configure);
        return AddBridge(services, Of(connectionString), configure);
    }

    static PgNatsBridge OfDataSource(IServiceProvider services, INatsClient nats, PgNatsBridgeOptions options) =>
        new(services.GetRequiredService<NpgsqlDataSource>(), nats, options);

    static Func<IServiceProvider, INatsClient, PgNatsBridgeOptions, PgNatsBridge> Of(string connectionString) =>
        (_, nats, options) => new PgNatsBridge(connectionString, nats, options);

    static IServiceCollection AddListener(IServiceCollection services, object? key, Action<IServiceProvider, NatsListenerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddKeyedSingleton(key, (provider, _) =>
        {
            var options = new NatsListenerOptions
            {
                Name = key?.ToString(),
                LoggerFactory = provider.GetService<ILoggerFactory>(),
                MeterFactory = provider.GetService<IMeterFactory>(),
                StoppingToken = provider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None,
            };
            if (options.LoggerFactory?.CreateLogger<NatsListener>() is { } logger)
                options.ObserverFailed = failure => ObserverFailureLog.Write(logger, failure);
            configure(provider, options);
            return new NatsListener(NatsOf(provider, key), options);
        });
        return services;
    }

    static IServiceCollection AddBridge(
        IServiceCollection services,
        Func<IServiceProvider, INatsClient, PgNatsBridgeOptions, PgNatsBridge> create,
        Action<IServiceProvider, PgNatsBridgeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider =>
        {
            var options = new PgNatsBridgeOptions
            {
                LoggerFactory = provider.GetService<ILoggerFactory>(),
                MeterFactory = provider.GetService<IMeterFactory>(),
            };
            configure(provider, options);
            return create(provider, NatsOf(provider, key: null), options);
        });
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, BridgeService>());
        return services;
    }

    static INatsClient NatsOf(IServiceProvider services, object? key) =>
        (key is null ? null : services.GetKeyedService<INatsConnection>(key) ?? services.GetKeyedService<INatsClient>(key))
        ?? services.GetService<INatsConnection>() ?? services.GetService<INatsClient>()
        ?? throw new InvalidOperationException(
            $"No connection to NATS is registered: neither {nameof(INatsConnection)} nor {nameof(INatsClient)}. The package NATS.Net has AddNatsClient.");
}
