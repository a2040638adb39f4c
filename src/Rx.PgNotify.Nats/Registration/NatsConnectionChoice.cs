using Microsoft.Extensions.DependencyInjection;
using NATS.Client.Core;
using Rx.PgNotify.DependencyInjection;

namespace Rx.PgNotify.Nats.Registration;

/// <summary>
/// How a listener or a bridge reaches NATS: over the connection that is registered with the same key or, if none is, without one. Its
/// address is no setting.
/// </summary>
sealed class NatsConnectionChoice(object? serviceKey) : IConnectionChoice
{
    const string Nothing =
        $"No connection to NATS is registered: neither {nameof(INatsConnection)} nor {nameof(INatsClient)}. The package NATS.Net has AddNatsClient.";

    static readonly Type[] s_types = [typeof(INatsConnection), typeof(INatsClient)];

    public IReadOnlyList<string> Keys => [];

    public bool IsNamed => false;

    public IEnumerable<string> FindErrors(IServiceProvider services)
    {
        if (!IsRegistered(services))
            yield return Nothing;
    }

    /// <summary>There is one, by then: the options are valid.</summary>
    internal INatsClient Get(IServiceProvider services) => Find(services)!;

    // Looked for and not created: the options are checked when the host starts, and the connection may be wanted later, or never.
    bool IsRegistered(IServiceProvider services) => services.GetService<IServiceProviderIsKeyedService>() is { } known
        ? s_types.Any(type => known.IsService(type) || (serviceKey is not null && known.IsKeyedService(type, serviceKey)))
        : Find(services) is not null;

    INatsClient? Find(IServiceProvider services) =>
        (serviceKey is null ? null : services.GetKeyedService<INatsConnection>(serviceKey) ?? services.GetKeyedService<INatsClient>(serviceKey))
        ?? services.GetService<INatsConnection>() ?? services.GetService<INatsClient>();
}
