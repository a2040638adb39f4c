using Microsoft.Extensions.Configuration;
using Rx.PgNotify;
using Rx.PgNotify.Connections;
using Rx.PgNotify.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class PgListenerServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="PgListener"/> as a keyed singleton that connects like the registered <see cref="Npgsql.NpgsqlDataSource"/>
    /// of the same key.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="serviceKey">
    /// For an application of several databases: the key of the listener and of its data source. Its text names the options: no two keys with the
    /// same text.
    /// </param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="serviceKey"/> is <see langword="null"/>.</exception>
    /// <inheritdoc cref="AddPgListener(IServiceCollection, Action{PgListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddKeyedPgListener(
        this IServiceCollection services, object serviceKey, Action<PgListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        return Add(services, null, null, Configure.WithoutServices(configure), serviceKey);
    }

    /// <summary>
    /// Registers a <see cref="PgListener"/> as a keyed singleton that connects like the registered <see cref="Npgsql.NpgsqlDataSource"/>
    /// of the same key.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="serviceKey">
    /// For an application of several databases: the key of the listener and of its data source. Its text names the options: no two keys with the
    /// same text.
    /// </param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="serviceKey"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgListener(IServiceCollection, Action{PgListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddKeyedPgListener(
        this IServiceCollection services, object serviceKey, Action<IServiceProvider, PgListenerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, null, null, configure, serviceKey);
    }

    /// <summary>Registers a <see cref="PgListener"/> as a keyed singleton with a connection string of its own.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="serviceKey">
    /// For an application of several databases: the key of the listener. Its text names the options: no two keys with the
    /// same text.
    /// </param>
    /// <param name="connectionString">An Npgsql connection string, or a <c>postgres://</c> URI as libpq reads it.</param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="serviceKey"/> or <paramref name="connectionString"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgListener(IServiceCollection, Action{PgListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddKeyedPgListener(
        this IServiceCollection services, object serviceKey, string connectionString, Action<PgListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        ConnectionString.ThrowIfNull(connectionString);
        return Add(services, connectionString, null, Configure.WithoutServices(configure), serviceKey);
    }

    /// <summary>Registers a <see cref="PgListener"/> as a keyed singleton with a connection string of its own.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="serviceKey">
    /// For an application of several databases: the key of the listener. Its text names the options: no two keys with the
    /// same text.
    /// </param>
    /// <param name="connectionString">An Npgsql connection string, or a <c>postgres://</c> URI as libpq reads it.</param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="serviceKey"/>, <paramref name="connectionString"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgListener(IServiceCollection, Action{PgListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddKeyedPgListener(
        this IServiceCollection services, object serviceKey, string connectionString, Action<IServiceProvider, PgListenerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        ConnectionString.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, connectionString, null, configure, serviceKey);
    }

    /// <summary>Registers a <see cref="PgListener"/> as a keyed singleton with options from the configuration.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="serviceKey">
    /// For an application of several databases: the key of the listener and of its data source. Its text names the options: no two keys with the
    /// same text.
    /// </param>
    /// <param name="section">
    /// Has keys named like options, and may have <c>ConnectionString</c>, or <c>ConnectionStringName</c> for one of
    /// <c>ConnectionStrings</c>; without either it connects like the registered data source. It is read once, and a key that
    /// is no setting is an error.
    /// </param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="serviceKey"/> or <paramref name="section"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgListener(IServiceCollection, Action{PgListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddKeyedPgListener(
        this IServiceCollection services, object serviceKey, IConfiguration section, Action<PgListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(section);
        return Add(services, null, section, Configure.WithoutServices(configure), serviceKey);
    }

    /// <summary>Registers a <see cref="PgListener"/> as a keyed singleton with options from the configuration.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="serviceKey">
    /// For an application of several databases: the key of the listener and of its data source. Its text names the options: no two keys with the
    /// same text.
    /// </param>
    /// <param name="section">
    /// Has keys named like options, and may have <c>ConnectionString</c>, or <c>ConnectionStringName</c> for one of
    /// <c>ConnectionStrings</c>; without either it connects like the registered data source. It is read once, and a key that
    /// is no setting is an error.
    /// </param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="serviceKey"/>, <paramref name="section"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgListener(IServiceCollection, Action{PgListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddKeyedPgListener(
        this IServiceCollection services, object serviceKey, IConfiguration section, Action<IServiceProvider, PgListenerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, null, section, configure, serviceKey);
    }
}
