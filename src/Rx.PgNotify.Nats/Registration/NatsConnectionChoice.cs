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

    public IReadOnlyList<string> Keys => [];

    public IEnumerable<string> FindErrors(IServiceProvider services)
    {
        if (Find(services) is null)
            yield return Nothing;
    }

    /// <summary>There is one, by then: the options are valid.</summary>
    internal INatsClient Get(IServiceProvider services) => Find(services)!;

    INatsClient? Find(IServiceProvider services) =>
        (serviceKey is null ? null : services.GetKeyedService<INatsConnection>(serviceKey) ?? services.GetKeyedService<INatsClient>(serviceKey))
        ?? services.GetService<INatsConnection>() ?? services.GetService<INatsClient>();
}
