namespace Rx.PgNotify.Nats.IntegrationTests;

/// <summary>The server that the tests of this assembly share.</summary>
[SetUpFixture]
public sealed class SharedServer : TestServer;
