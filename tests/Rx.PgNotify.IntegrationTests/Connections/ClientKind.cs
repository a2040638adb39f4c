namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>Who connects: what a data source was built with has to count for both.</summary>
public enum ClientKind
{
    Listener,
    Notifier,
}
