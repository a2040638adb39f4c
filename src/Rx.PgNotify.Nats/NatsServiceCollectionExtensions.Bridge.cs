using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.DependencyInjection;
using Rx.PgNotify.Nats;
using Rx.PgNotify.Nats.Registration;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class NatsServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="PgNatsBridge"/> that runs until the host begins to stop, between the registered <see cref="NpgsqlDataSource"/> and
    /// the registered <see cref="INatsConnection"/> or <see cref="INatsClient"/>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The bridge gives up the role at the host's <c>ApplicationStopping</c>: one that stands by takes over while this host stops. A failure does
    /// not end the host: it is retried, logged, and reported by the health check. The options have the container's logger and meter factories.
    /// </para>
    /// <para>
    /// Options and connections are checked when the host starts, without connecting, or without a host when the bridge is created:
    /// <see cref="Options.OptionsValidationException"/> names the key of the configuration, if it came from there. A second registration
    /// adds to the first one's options, and replaces its connection to PostgreSQL if it names one.
    /// </para>
    /// </remarks>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddPgNatsBridge(this IServiceCollection services, Action<PgNatsBridgeOptions>? configure = null) =>
        AddBridge(services, null, null, Configure.WithoutServices(configure));

    /// <summary>
    /// Registers a <see cref="PgNatsBridge"/> that runs until the host begins to stop, between the registered <see cref="NpgsqlDataSource"/> and
    /// the registered <see cref="INatsConnection"/> or <see cref="INatsClient"/>.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgNatsBridge(IServiceCollection, Action{PgNatsBridgeOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddPgNatsBridge(
        this IServiceCollection services, Action<IServiceProvider, PgNatsBridgeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return AddBridge(services, null, null, configure);
    }

    /// <summary>Registers a <see cref="PgNatsBridge"/> that runs until the host begins to stop, with a connection string of its own.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="connectionString">An Npgsql connection string, or a <c>postgres://</c> URI as libpq reads it.</param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/> or <paramref name="connectionString"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgNatsBridge(IServiceCollection, Action{PgNatsBridgeOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddPgNatsBridge(
        this IServiceCollection services, string connectionString, Action<PgNatsBridgeOptions>? configure = null)
    {
        ConnectionString.ThrowIfNull(connectionString);
        return AddBridge(services, connectionString, null, Configure.WithoutServices(configure));
    }

    /// <summary>Registers a <see cref="PgNatsBridge"/> that runs until the host begins to stop, with a connection string of its own.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="connectionString">An Npgsql connection string, or a <c>postgres://</c> URI as libpq reads it.</param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="connectionString"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgNatsBridge(IServiceCollection, Action{PgNatsBridgeOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddPgNatsBridge(
        this IServiceCollection services, string connectionString, Action<IServiceProvider, PgNatsBridgeOptions> configure)
    {
        ConnectionString.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(configure);
        return AddBridge(services, connectionString, null, configure);
    }

    /// <summary>Registers a <see cref="PgNatsBridge"/> that runs until the host begins to stop, with options from the configuration.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="section">
    /// Has keys named like options, <c>Channels</c> as a list, and may have <c>ConnectionString</c>, or <c>ConnectionStringName</c> for one of
    /// <c>ConnectionStrings</c>; without either the bridge connects like the registered data source. The connection to NATS is the registered
    /// one, and has no key. The section is read once, and a key that is no setting is an error.
    /// </param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/> or <paramref name="section"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgNatsBridge(IServiceCollection, Action{PgNatsBridgeOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddPgNatsBridge(
        this IServiceCollection services, IConfiguration section, Action<PgNatsBridgeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        return AddBridge(services, null, section, Configure.WithoutServices(configure));
    }

    /// <summary>Registers a <see cref="PgNatsBridge"/> that runs until the host begins to stop, with options from the configuration.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="section">
    /// Has keys named like options, <c>Channels</c> as a list, and may have <c>ConnectionString</c>, or <c>ConnectionStringName</c> for one of
    /// <c>ConnectionStrings</c>; without either the bridge connects like the registered data source. The connection to NATS is the registered
    /// one, and has no key. The section is read once, and a key that is no setting is an error.
    /// </param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="section"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgNatsBridge(IServiceCollection, Action{PgNatsBridgeOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddPgNatsBridge(
        this IServiceCollection services, IConfiguration section, Action<IServiceProvider, PgNatsBridgeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(configure);
        return AddBridge(services, null, section, configure);
    }

    static IServiceCollection AddBridge(
        IServiceCollection services,
        string? connectionString,
        IConfiguration? section,
        Action<IServiceProvider, PgNatsBridgeOptions>? configure)
    {
        var connections = new BridgeConnectionChoice(
            new ConnectionChoice(connectionString, section, serviceKey: null), new NatsConnectionChoice(serviceKey: null));
        new Registration<PgNatsBridgeOptions, PgNatsBridge>(null, section, PgNatsBridgeSettings.All, connections, connections.Create)
            .AddTo(services, SetDefaults, configure, options => options.Validate());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, BridgeService>());
        return services;
    }

    static void SetDefaults(IServiceProvider services, PgNatsBridgeOptions options)
    {
        options.MeterFactory ??= services.GetService<IMeterFactory>();
        options.LoggerFactory ??= services.GetService<ILoggerFactory>();
    }
}
