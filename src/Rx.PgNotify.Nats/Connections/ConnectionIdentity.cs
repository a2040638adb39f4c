using NATS.Client.Core;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>Which connection to NATS it is: NATS.Net replaces a lost one by itself, and what came between is lost.</summary>
/// <param name="Server">The server's id, drawn when it starts.</param>
/// <param name="Client">The number that the server gave the connection.</param>
readonly record struct ConnectionIdentity(string? Server, ulong Client)
{
    internal static ConnectionIdentity Of(INatsConnection nats) => new(nats.ServerInfo?.Id, nats.ServerInfo?.ClientId ?? 0);

    internal bool IsStill(INatsConnection nats) => nats.ConnectionState == NatsConnectionState.Open && Of(nats) == this;
}
