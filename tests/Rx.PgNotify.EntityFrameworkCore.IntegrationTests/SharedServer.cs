namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests;

/// <summary>The server that the tests of this assembly share.</summary>
[SetUpFixture]
public sealed class SharedServer : TestServer;
