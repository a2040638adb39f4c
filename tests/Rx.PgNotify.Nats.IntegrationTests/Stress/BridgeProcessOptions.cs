namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>How a <see cref="BridgeProcess"/> behaves.</summary>
/// <param name="Heartbeat">Its heartbeat.</param>
/// <param name="Channels">Those that are listed.</param>
/// <param name="Capacity">How many notifications of a channel it keeps.</param>
sealed record BridgeProcessOptions(TimeSpan Heartbeat, IReadOnlyList<string> Channels, int Capacity);
