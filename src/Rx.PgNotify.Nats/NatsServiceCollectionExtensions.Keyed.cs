using Microsoft.Extensions.Configuration;
using NATS.Client.Core;
using Rx.PgNotify.DependencyInjection;
using Rx.PgNotify.Nats;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class NatsServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="NatsListener"/> as a keyed singleton over the <see cref="INatsConnection"/> or <see cref="INatsClient"/> that is
    /// registered with the same key or, if none is, without one.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="serviceKey">
    /// For several bridges, which have a prefix each: the key of the listener. Its text is its name in metrics, and names the options: no two keys
    /// with the same text.
    /// </param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/> or <paramref name="serviceKey"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddNatsListener(IServiceCollection, Action{NatsListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddKeyedNatsListener(
        this IServiceCollection services, object serviceKey, Action<NatsListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        return AddListener(services, null, Configure.WithoutServices(configure), serviceKey);
    }

    /// <summary>
    /// Registers a <see cref="NatsListener"/> as a keyed singleton over the <see cref="INatsConnection"/> or <see cref="INatsClient"/> that is
    /// registered with the same key or, if none is, without one.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="serviceKey">
    /// For several bridges, which have a prefix each: the key of the listener. Its text is its name in metrics, and names the options: no two keys
    /// with the same text.
    /// </param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="serviceKey"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddNatsListener(IServiceCollection, Action{NatsListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddKeyedNatsListener(
        this IServiceCollection services, object serviceKey, Action<IServiceProvider, NatsListenerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(configure);
        return AddListener(services, null, configure, serviceKey);
    }

    /// <summary>
    /// Registers a <see cref="NatsListener"/> as a keyed singleton with options from the configuration, over the <see cref="INatsConnection"/>
    /// or <see cref="INatsClient"/> that is registered with the same key or, if none is, without one.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="serviceKey">
    /// For several bridges, which have a prefix each: the key of the listener. Its text is its name in metrics, and names the options: no two keys
    /// with the same text.
    /// </param>
    /// <param name="section">
    /// Has keys named like options; the connection to NATS is the registered one, and has none. It is read once, and a key that is no setting is an
    /// error.
    /// </param>
    /// <param name="configure">Sets options, after all else; default nothing. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="serviceKey"/> or <paramref name="section"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddNatsListener(IServiceCollection, Action{NatsListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddKeyedNatsListener(
        this IServiceCollection services, object serviceKey, IConfiguration section, Action<NatsListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(section);
        return AddListener(services, section, Configure.WithoutServices(configure), serviceKey);
    }

    /// <summary>
    /// Registers a <see cref="NatsListener"/> as a keyed singleton with options from the configuration, over the <see cref="INatsConnection"/>
    /// or <see cref="INatsClient"/> that is registered with the same key or, if none is, without one.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="serviceKey">
    /// For several bridges, which have a prefix each: the key of the listener. Its text is its name in metrics, and names the options: no two keys
    /// with the same text.
    /// </param>
    /// <param name="section">
    /// Has keys named like options; the connection to NATS is the registered one, and has none. It is read once, and a key that is no setting is an
    /// error.
    /// </param>
    /// <param name="configure">Sets options, after all else, with services of the container. Runs once.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/>, <paramref name="serviceKey"/>, <paramref name="section"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="AddNatsListener(IServiceCollection, Action{NatsListenerOptions}?)" path="/*[self::remarks or self::returns]"/>
    public static IServiceCollection AddKeyedNatsListener(
        this IServiceCollection services, object serviceKey, IConfiguration section, Action<IServiceProvider, NatsListenerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(configure);
        return AddListener(services, section, configure, serviceKey);
    }
}
