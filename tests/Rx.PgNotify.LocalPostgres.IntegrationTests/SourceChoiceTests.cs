namespace Rx.PgNotify.LocalPostgres.IntegrationTests;

/// <summary>What the environment variables choose; each in a process of its own, whose environment it is.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class SourceChoiceTests
{
    [Test]
    public async Task Start_WhenNoSourceHasTheVersion_ListsEveryAttempt()
    {
        await using var child = ChildProgram.Start("serve", ("PGNOTIFY_POSTGRES_VERSION", "99"));

        Assert.That(await child.WaitForExitAsync(), Is.EqualTo(1));
        var message = await child.Errors;
        Assert.Multiple(() =>
        {
            Assert.That(message, Does.StartWith("No PostgreSQL server could be had. Tried:"));
            Assert.That(message, Does.Match(@"(?m)^  connection: PGNOTIFY_TEST_CONNECTION is not set\.$"));
            Assert.That(message, Does.Match(@"(?m)^  binaries: .+$"));
            Assert.That(message, Does.Match(@"(?m)^  npm: .* 99, only of 14, 15, 16, 17, 18\.$"));
            Assert.That(message, Does.Contain("install PostgreSQL"));
        });
    }

    [Test]
    public async Task Start_WithAnUnknownSource_NamesTheKnownOnes()
    {
        await using var child = ChildProgram.Start("serve", ("PGNOTIFY_POSTGRES_SOURCE", "cloud"));

        Assert.That(await child.WaitForExitAsync(), Is.EqualTo(1));
        Assert.That(await child.Errors, Does.Contain("'cloud'").And.Contain("connection, binaries, npm"));
    }

    [Test]
    public async Task Start_WithAVersionThatIsNoNumber_SaysWhatItMustBe()
    {
        await using var child = ChildProgram.Start("serve", ("PGNOTIFY_POSTGRES_VERSION", "latest"));

        Assert.That(await child.WaitForExitAsync(), Is.EqualTo(1));
        Assert.That(await child.Errors, Does.Contain("'latest'").And.Contain("such as 17"));
    }

    [Test]
    public async Task Start_FromNpm_GivesTheVersionAskedFor()
    {
        await using var child = ChildProgram.Start(
            "serve", ("PGNOTIFY_POSTGRES_SOURCE", "npm"), ("PGNOTIFY_POSTGRES_VERSION", "17"));
        if (await child.ReadLineAsync() is not { } connectionString)
        {
            var message = await child.Errors;
            Assume.That(message, Does.Not.Contain("is not on the PATH"), "there is no npm on this machine");
            Assert.Fail(message);
            return;
        }

        Assert.That(
            await PostgresServerTests.ScalarAsync(connectionString, "show server_version"), Does.StartWith("17."));
    }

    [Test]
    public async Task GivenConnection_IsUsedAsItIs_AndNotStopped()
    {
        await using var server = await PostgresServerTests.StartAsync();
        await using var child = ChildProgram.Start("describe", ("PGNOTIFY_TEST_CONNECTION", server.ConnectionString));

        Assert.That(await child.ReadLineAsync(), Is.EqualTo("the connection string in PGNOTIFY_TEST_CONNECTION"));
        Assert.That(await child.ReadLineAsync(), Is.EqualTo($"port {server.Port}, owned False"));
        Assert.That(await child.ReadLineAsync(), Does.StartWith("The server cannot be stopped: it does not belong to"));
        Assert.That(await child.WaitForExitAsync(), Is.Zero);
    }

    [Test]
    public async Task GivenConnection_ThatIsNoConnectionString_IsRefusedWithoutQuotingIt()
    {
        await using var child = ChildProgram.Start(
            "describe", ("PGNOTIFY_TEST_CONNECTION", "postgres://me:secret@host/db?sslmode=require"));

        Assert.That(await child.WaitForExitAsync(), Is.EqualTo(1));
        Assert.That(
            await child.Errors, Does.Contain("is not an Npgsql connection string").And.Not.Contain("secret"));
    }

    [Test]
    public async Task AdditionalSource_ThatCannotBeUsed_IsPassedOver()
    {
        var additional = new UnavailableSource();
        var options = new PostgresServerOptions { Owned = true, AdditionalSource = additional };
        if (Environment.GetEnvironmentVariable("PGNOTIFY_POSTGRES_SOURCE") is { Length: > 0 })
            Assert.Ignore("One source is forced.");

        await using var server = await PostgresServer.StartAsync(options);

        Assert.That(additional.Asked);
        Assert.That(await PostgresServerTests.ScalarAsync(server.ConnectionString, "select 1"), Is.EqualTo(1));
    }

    sealed class UnavailableSource : IPostgresSource
    {
        public bool Asked { get; private set; }

        public string Name => "cloud";

        public Task<IPostgresInstance> StartAsync(PostgresServerOptions options, CancellationToken cancellationToken)
        {
            Asked = true;
            throw new SourceUnavailableException("out of credit.");
        }
    }
}
