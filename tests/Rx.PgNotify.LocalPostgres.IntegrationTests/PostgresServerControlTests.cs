using Npgsql;

namespace Rx.PgNotify.LocalPostgres.IntegrationTests;

[LongTest, Parallelizable(ParallelScope.All)]
public sealed class PostgresServerControlTests
{
    [TestCase(ShutdownMode.Fast)]
    [TestCase(ShutdownMode.Smart)]
    [TestCase(ShutdownMode.Immediate)]
    public async Task StartAgain_AfterAStop_KeepsPortAndData(ShutdownMode mode)
    {
        await using var server = await PostgresServerTests.StartAsync();
        var connectionString = server.ConnectionString;
        await PostgresServerTests.ScalarAsync(connectionString, "create table kept as select 7 as seven");

        await server.StopAsync(mode);
        await Assert.ThatAsync(
            () => PostgresServerTests.ScalarAsync(connectionString, "select 1"), Throws.InstanceOf<NpgsqlException>());
        await server.StartAgainAsync();

        Assert.That(await PostgresServerTests.ScalarAsync(connectionString, "select seven from kept"), Is.EqualTo(7));
        Assert.That(server.ConnectionString, Is.EqualTo(connectionString));
    }

    [Test]
    public async Task Pause_MakesAQueryHang_UntilResume()
    {
        await using var server = await PostgresServerTests.StartAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select 1", connection);

        await server.PauseAsync();
        var answer = command.ExecuteScalarAsync();
        var first = await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(300)));
        Assert.That(first, Is.Not.SameAs(answer), "a paused server answered");
        await server.ResumeAsync();

        Assert.That(await answer.WaitAsync(Eventually.Deadline), Is.EqualTo(1));
    }

    [Test]
    public async Task Kill_BreaksConnections_AndStartAgainRecoversTheData()
    {
        await using var server = await PostgresServerTests.StartAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("create table kept as select 7 as seven", connection);
        await command.ExecuteNonQueryAsync();

        await server.KillAsync();
        await Assert.ThatAsync(() => command.ExecuteNonQueryAsync(), Throws.InstanceOf<NpgsqlException>());
        await server.StartAgainAsync();

        Assert.That(await PostgresServerTests.ScalarAsync(server.ConnectionString, "select seven from kept"), Is.EqualTo(7));
    }

    [Test]
    public async Task Control_InAStateThatForbidsIt_SaysWhichStateThatIs()
    {
        await using var server = await PostgresServerTests.StartAsync();
        await Assert.ThatAsync(() => server.StartAgainAsync(), Throws.InvalidOperationException.With.Message.Contains("is running"));
        await Assert.ThatAsync(() => server.ResumeAsync(), Throws.InvalidOperationException.With.Message.Contains("is running"));

        await server.PauseAsync();
        await Assert.ThatAsync(() => server.StopAsync(), Throws.InvalidOperationException.With.Message.Contains("is paused"));

        await server.KillAsync();
        await Assert.ThatAsync(() => server.PauseAsync(), Throws.InvalidOperationException.With.Message.Contains("is stopped"));

        await server.DisposeAsync();
        await Assert.ThatAsync(() => server.StartAgainAsync(), Throws.TypeOf<ObjectDisposedException>());
    }

    [TestCase("running")]
    [TestCase("paused")]
    [TestCase("stopped")]
    [TestCase("killed")]
    public async Task Dispose_OfAServerInAnyState_LeavesNoProcessAndNoFolder(string state)
    {
        var server = await PostgresServerTests.StartAsync();
        var footprint = await ServerFootprint.OfAsync(server.ConnectionString);
        Assert.That(footprint.IsThere);
        await (state switch
        {
            "paused" => server.PauseAsync(),
            "stopped" => server.StopAsync(),
            "killed" => server.KillAsync(),
            _ => Task.CompletedTask,
        });

        await server.DisposeAsync();

        Assert.That(footprint.IsThere, Is.False);
    }
}
