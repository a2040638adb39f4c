using Microsoft.Extensions.Configuration;
using NATS.Client.Core;
using Rx.PgNotify;
using Rx.PgNotify.DependencyInjection;
using Rx.PgNotify.Nats;
using Rx.PgNotify.Nats.Registration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a <see cref="NatsListener"/>, or a <see cref="PgNatsBridge"/>, in an application that has a connection to NATS.</summary>
public static partial class NatsServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="NatsListener"/> as a singleton over the registered <see cref="INatsConnection"/> or
    /// <see cref="INatsClient"/>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The container creates it when somebody asks for it, and disposes it; it uses the connection when somebody subscribes. Its options are
    /// those of <see cref="NatsListenerOptions"/>, with the container's logger and meter factories, the key as
    /// <see cref="ListenerOptions.Name"/>, an <see cref="ListenerOptions.ObserverFailed"/> that logs the type and the stack of what was thrown,
    /// but not its message, which may quote a payload, and the host's <c>ApplicationStopping</c> as
    /// <see cref="ListenerOptions.StoppingToken"/>: when the host begins to stop, all subscriptions complete.
    /// </para>
    /// <para>
    /// Options, and whether a connection to NATS is registered, are checked when the host starts, or without a host when the listener is
    /// created: <see cref="Options.OptionsValidationException"/> names the key of the configuration, if it came from there. A second
    /// registration for the same key adds to the options of the first one.
    /// </para>
    /// </remarks>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddNatsListener(this IServiceCollection services, Action<NatsListenerOptions>? configure = null) =>
        AddListener(services, null, Configure.WithoutServices(configure), null);

    /// <summary>
    /// Registers a <see cref="NatsListener"/> as a singleton over the registered <see cref="INatsConnection"/> or
    /// <see cref="INatsClient"/>.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddNatsListener(IServiceCollection, Action{NatsListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddNatsListener(
        this IServiceCollection services, Action<IServiceProvider, NatsListenerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return AddListener(services, null, configure, null);
    }

    /// <summary>Registers a <see cref="NatsListener"/> as a singleton with options from the configuration.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="section">
    /// Has keys named like options; the connection to NATS is the registered one, and has none. It is read once, and a key that is no setting is an
    /// error.
    /// </param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/> or <paramref name="section"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddNatsListener(IServiceCollection, Action{NatsListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddNatsListener(
        this IServiceCollection services, IConfiguration section, Action<NatsListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        return AddListener(services, section, Configure.WithoutServices(configure), null);
    }

    /// <summary>Registers a <see cref="NatsListener"/> as a singleton with options from the configuration.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="section">
    /// Has keys named like options; the connection to NATS is the registered one, and has none. It is read once, and a key that is no setting is an
    /// error.
    /// </param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="section"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddNatsListener(IServiceCollection, Action{NatsListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddNatsListener(
        this IServiceCollection services, IConfiguration section, Action<IServiceProvider, NatsListenerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(configure);
        return AddListener(services, section, configure, null);
    }

    static IServiceCollection AddListener(
        IServiceCollection services, IConfiguration? section, Action<IServiceProvider, NatsListenerOptions>? configure, object? key)
    {
        var connection = new NatsConnectionChoice(key);
        var registration = new Registration<NatsListenerOptions, NatsListener>(
            key, section, NatsListenerSettings.All, connection, (provider, options) => new NatsListener(connection.Get(provider), options));
        return registration.AddTo(
            services,
            (provider, options) => ListenerDefaults.Set<NatsListener>(provider, options, key),
            configure,
            options => options.Validate());
    }
}
