using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>
/// A multiplexed connection belongs to nobody: it can neither wait nor keep a LISTEN. Of a connection string the setting is
/// not taken over.
/// </summary>
[Parallelizable(ParallelScope.All)]
public class MultiplexingTests
{
    [Test]
    public async Task ADataSourceThatMultiplexes_IsRefusedAtOnce([Values] ClientKind kind)
    {
        await using var dataSource = NpgsqlDataSource.Create($"{TestServer.ConnectionString};Multiplexing=true");
        Assert.That(
            () => Client.Create(kind, dataSource),
            Throws.ArgumentException.With.Message.Contains("Multiplexing").And.Property("ParamName").EqualTo("dataSource"));
    }
}
