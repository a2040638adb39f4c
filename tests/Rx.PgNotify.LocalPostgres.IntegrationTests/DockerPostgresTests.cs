using Npgsql;
using Rx.PgNotify.TestPrograms;

namespace Rx.PgNotify.LocalPostgres.IntegrationTests;

/// <summary>A server in a container is controlled as one that was started from binaries is.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class DockerPostgresTests
{
    [TestCase(ShutdownMode.Fast)]
    [TestCase(ShutdownMode.Smart)]
    [TestCase(ShutdownMode.Immediate)]
    [TestCase(null)]
    public async Task StartAgain_AfterAStopOrAKill_KeepsPortAndData(ShutdownMode? mode)
    {
        await using var server = await StartAsync(options => options.Settings["max_connections"] = "33");
        var connectionString = server.ConnectionString;
        Assert.That(server.Source, Does.StartWith("the Docker image postgres:"));
        Assert.That(await PostgresServerTests.ScalarAsync(connectionString, "show max_connections"), Is.EqualTo("33"));
        await PostgresServerTests.ScalarAsync(connectionString, "create table kept as select 7 as seven");

        await (mode is { } how ? server.StopAsync(how) : server.KillAsync());
        await Assert.ThatAsync(
            () => PostgresServerTests.ScalarAsync(connectionString, "select 1"), Throws.InstanceOf<NpgsqlException>());
        await server.StartAgainAsync();

        Assert.That(await PostgresServerTests.ScalarAsync(connectionString, "select seven from kept"), Is.EqualTo(7));
        Assert.That(server.ConnectionString, Is.EqualTo(connectionString));
    }

    [Test]
    public async Task Pause_MakesAQueryHang_UntilResume_AndAPausedServerCanBeDisposed()
    {
        await using var server = await StartAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select 1", connection);

        await server.PauseAsync();
        var answer = command.ExecuteScalarAsync();
        var first = await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(300)));
        Assert.That(first, Is.Not.SameAs(answer), "a paused server answered");
        await server.ResumeAsync();
        Assert.That(await answer.WaitAsync(Eventually.Deadline), Is.EqualTo(1));

        await server.PauseAsync();
        await server.DisposeAsync();
    }

    [Test]
    public async Task ASettingTheServerRefuses_EndsTheSearch_WithWhatTheServerSaid()
    {
        await using var running = await StartAsync();
        await Assert.ThatAsync(
            () => StartAsync(options => options.Settings["no_such_setting"] = "1"),
            Throws.TypeOf<PostgresServerException>().With.Message.Contains("unrecognized configuration parameter"));
    }

    static async Task<PostgresServer> StartAsync(Action<PostgresServerOptions>? configure = null)
    {
        var options = new PostgresServerOptions { Source = "docker", AdditionalSource = new DockerPostgres() };
        configure?.Invoke(options);
        try
        {
            return await PostgresServer.StartAsync(options);
        }
        catch (PostgresServerException e) when (e.InnerException is null)
        {
            Assert.Ignore($"Docker gives no server here. {e.Message}");
            throw;
        }
    }
}
