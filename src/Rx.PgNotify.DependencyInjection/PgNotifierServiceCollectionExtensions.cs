using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Rx.PgNotify;
using Rx.PgNotify.Connections;
using Rx.PgNotify.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a <see cref="PgNotifier"/>.</summary>
public static partial class PgNotifierServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="PgNotifier"/> as a singleton that connects like the registered <see cref="Npgsql.NpgsqlDataSource"/>
    /// without a key.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The container creates it when somebody asks for it, and disposes it; it connects when something is sent. Its options
    /// are those of <see cref="PgNotifierOptions"/>, with the container's logger and meter factories and the key as
    /// <see cref="PgNotifierOptions.Name"/>.
    /// </para>
    /// <para>
    /// Options and connection are checked when the host starts, or without a host when the notifier is created:
    /// <see cref="Options.OptionsValidationException"/> names the key of the configuration, if it came from there.
    /// A second registration for the same key adds to the first one's options, and replaces its connection if it names one.
    /// </para>
    /// </remarks>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddPgNotifier(this IServiceCollection services, Action<PgNotifierOptions>? configure = null) =>
        Add(services, null, null, Configure.WithoutServices(configure), null);

    /// <summary>
    /// Registers a <see cref="PgNotifier"/> as a singleton that connects like the registered <see cref="Npgsql.NpgsqlDataSource"/>
    /// without a key.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="configure"/> is <see langword="null"/>.</exception>
    /// <inheritdoc cref="AddPgNotifier(IServiceCollection, Action{PgNotifierOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddPgNotifier(
        this IServiceCollection services, Action<IServiceProvider, PgNotifierOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, null, null, configure, null);
    }

    /// <summary>Registers a <see cref="PgNotifier"/> as a singleton with a connection string of its own.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="connectionString">An Npgsql connection string, or a <c>postgres://</c> URI as libpq reads it.</param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/> or <paramref name="connectionString"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgNotifier(IServiceCollection, Action{PgNotifierOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddPgNotifier(
        this IServiceCollection services, string connectionString, Action<PgNotifierOptions>? configure = null)
    {
        ConnectionString.ThrowIfNull(connectionString);
        return Add(services, connectionString, null, Configure.WithoutServices(configure), null);
    }

    /// <summary>Registers a <see cref="PgNotifier"/> as a singleton with a connection string of its own.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="connectionString">An Npgsql connection string, or a <c>postgres://</c> URI as libpq reads it.</param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="connectionString"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgNotifier(IServiceCollection, Action{PgNotifierOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddPgNotifier(
        this IServiceCollection services, string connectionString, Action<IServiceProvider, PgNotifierOptions> configure)
    {
        ConnectionString.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, connectionString, null, configure, null);
    }

    /// <summary>Registers a <see cref="PgNotifier"/> as a singleton with options from the configuration.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="section">
    /// Has keys named like options, and may have <c>ConnectionString</c>, or <c>ConnectionStringName</c> for one of
    /// <c>ConnectionStrings</c>; without either it connects like the registered data source. It is read once, and a key that
    /// is no setting is an error.
    /// </param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="section"/> is <see langword="null"/>.</exception>
    /// <inheritdoc cref="AddPgNotifier(IServiceCollection, Action{PgNotifierOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddPgNotifier(
        this IServiceCollection services, IConfiguration section, Action<PgNotifierOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        return Add(services, null, section, Configure.WithoutServices(configure), null);
    }

    /// <summary>Registers a <see cref="PgNotifier"/> as a singleton with options from the configuration.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="section">
    /// Has keys named like options, and may have <c>ConnectionString</c>, or <c>ConnectionStringName</c> for one of
    /// <c>ConnectionStrings</c>; without either it connects like the registered data source. It is read once, and a key that
    /// is no setting is an error.
    /// </param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="section"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddPgNotifier(IServiceCollection, Action{PgNotifierOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddPgNotifier(
        this IServiceCollection services, IConfiguration section, Action<IServiceProvider, PgNotifierOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, null, section, configure, null);
    }

    static IServiceCollection Add(
        IServiceCollection services,
        string? connectionString,
        IConfiguration? section,
        Action<IServiceProvider, PgNotifierOptions>? configure,
        object? key)
    {
        var connection = new ConnectionChoice(connectionString, section, key);
        var registration = new Registration<PgNotifierOptions, PgNotifier>(
            key, section, NotifierSettings.All, connection, (provider, options) => connection.Create(
                provider, own => new PgNotifier(own, options), dataSource => new PgNotifier(dataSource, options)));
        return registration.AddTo(
            services,
            (provider, options) => SetDefaults(provider, options, key),
            configure,
            options => options.Validate());
    }

    static void SetDefaults(IServiceProvider services, PgNotifierOptions options, object? key)
    {
        options.Name ??= key?.ToString();
        options.MeterFactory ??= services.GetService<IMeterFactory>();
        options.LoggerFactory ??= services.GetService<ILoggerFactory>();
    }
}
