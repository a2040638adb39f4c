using Npgsql;

namespace Rx.PgNotify.LocalPostgres.IntegrationTests;

[Parallelizable(ParallelScope.All)]
public sealed class PostgresServerTests
{
    [Test]
    public async Task Start_WithDefaults_GivesAServerOnLoopbackThatAnswers()
    {
        await using var server = await StartAsync();

        Assert.Multiple(() =>
        {
            Assert.That(server.IsOwned);
            Assert.That(server.Host, Is.EqualTo("127.0.0.1"));
            Assert.That(server.Source, Is.Not.Empty);
        });
        Assert.That(await ScalarAsync(server.ConnectionString, "show server_version"), Is.EqualTo(server.Version));
        Assert.That(await ScalarAsync(server.ConnectionString, "show listen_addresses"), Is.EqualTo("127.0.0.1"));
    }

    [Test]
    public async Task Start_Twice_GivesTwoServersSideBySide()
    {
        var servers = await Task.WhenAll(StartAsync(), StartAsync());
        await using var first = servers[0];
        await using var second = servers[1];

        await ScalarAsync(first.ConnectionString, "create table here ()");

        Assert.That(second.Port, Is.Not.EqualTo(first.Port));
        Assert.That(await ScalarAsync(second.ConnectionString, "select to_regclass('here')::text"), Is.EqualTo(DBNull.Value));
    }

    [Test]
    public async Task Connect_WithAnotherPassword_IsRefused()
    {
        await using var server = await StartAsync();
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong", Pooling = false };

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(wrong.ConnectionString, "select 1"));

        Assert.That(refusal!.SqlState, Is.EqualTo(PostgresErrorCodes.InvalidPassword));
    }

    [Test]
    public async Task Start_WithSettingsRulesAndEncoding_HonoursThem()
    {
        var options = new PostgresServerOptions
        {
            Encoding = "SQL_ASCII",
            Settings = { ["max_connections"] = "33", ["cluster_name"] = @"it's a \ 'name'" },
            AccessRules = { "host refused all 127.0.0.1/32 reject" },
        };
        await using var server = await PostgresServer.StartAsync(options);
        var refused = await server.CreateDatabaseAsync("refused");
        var open = await server.CreateDatabaseAsync();

        Assert.That(await ScalarAsync(server.ConnectionString, "show server_encoding"), Is.EqualTo("SQL_ASCII"));
        Assert.That(await ScalarAsync(server.ConnectionString, "show max_connections"), Is.EqualTo("33"));
        Assert.That(await ScalarAsync(server.ConnectionString, "show cluster_name"), Is.EqualTo(@"it's a \ 'name'"));
        Assert.That(await ScalarAsync(open, "select 1"), Is.EqualTo(1));
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(refused, "select 1"));
        Assert.That(refusal!.SqlState, Is.EqualTo(PostgresErrorCodes.InvalidAuthorizationSpecification));
    }

    [TestCase("port")]
    [TestCase("Listen_Addresses")]
    [TestCase("no such = name")]
    public async Task Start_WithASettingThatCannotBeSet_NamesIt(string name)
    {
        var options = new PostgresServerOptions { Settings = { [name] = "1" } };

        await Assert.ThatAsync(
            () => PostgresServer.StartAsync(options), Throws.ArgumentException.With.Message.Contains(name));
    }

    [Test]
    public async Task Start_WithASettingTheServerRefuses_ShowsTheEndOfItsLog()
    {
        var options = new PostgresServerOptions { Settings = { ["no_such_setting"] = "1" } };

        await Assert.ThatAsync(
            () => PostgresServer.StartAsync(options),
            Throws.TypeOf<PostgresServerException>().With.Message.Contains("unrecognized configuration parameter"));
    }

    [Test]
    public async Task Start_WhenCancelled_Throws()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThatAsync(
            () => PostgresServer.StartAsync(new PostgresServerOptions { Owned = true }, cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    internal static Task<PostgresServer> StartAsync() => PostgresServer.StartAsync(new PostgresServerOptions { Owned = true });

    internal static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
