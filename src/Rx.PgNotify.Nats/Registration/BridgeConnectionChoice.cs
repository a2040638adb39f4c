using Rx.PgNotify.DependencyInjection;

namespace Rx.PgNotify.Nats.Registration;

/// <summary>How a bridge connects at both ends.</summary>
sealed class BridgeConnectionChoice(ConnectionChoice postgres, NatsConnectionChoice nats) : IConnectionChoice
{
    public IReadOnlyList<string> Keys => postgres.Keys;

    public bool IsNamed => postgres.IsNamed;

    public IEnumerable<string> FindErrors(IServiceProvider services) => [.. postgres.FindErrors(services), .. nats.FindErrors(services)];

    internal PgNatsBridge Create(IServiceProvider services, PgNatsBridgeOptions options)
    {
        var connection = nats.Get(services);
        return postgres.Create(
            services, own => new PgNatsBridge(own, connection, options), dataSource => new PgNatsBridge(dataSource, connection, options));
    }
}
