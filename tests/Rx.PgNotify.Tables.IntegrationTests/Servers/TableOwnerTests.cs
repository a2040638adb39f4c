using Npgsql;
using Rx.PgNotify.Tables.IntegrationTests.Triggers;

namespace Rx.PgNotify.Tables.IntegrationTests.Servers;

/// <summary>A table that changes hands, between roles that log in themselves and have no more rights than an owner has.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TableOwnerTests
{
    const string Beginning = "have a superuser run ";

    readonly string _before = UniqueChannel.Name("before");
    readonly string _after = UniqueChannel.Name("after");
    TableStage _stage = null!;
    NpgsqlDataSource _former = null!;
    NpgsqlDataSource _present = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        _stage = await TableStage.CreateAsync($"""
            CREATE TABLE t (id int PRIMARY KEY);
            CREATE ROLE {_before} LOGIN PASSWORD 'of a test';
            CREATE ROLE {_after} LOGIN PASSWORD 'of a test';
            ALTER TABLE t OWNER TO {_before}
            """);
        await _stage.ExecuteAsync($"GRANT USAGE, CREATE ON SCHEMA {_stage.Schema} TO {_before}, {_after}");
        (_former, _present) = (DataSource(_before), DataSource(_after));
    }

    [TearDown]
    public async Task DropAsync()
    {
        await _former.DisposeAsync();
        await _present.DisposeAsync();
        await _stage.DisposeAsync();
        await TestServer.Current.ExecuteAsync($"DROP ROLE {_before}; DROP ROLE {_after}");
    }

    [Test]
    public async Task TheNewOwner_IsToldWhatToDoAboutTheTriggers_AndThenInstallsAndRemoves()
    {
        var trigger = _stage.Trigger("t");
        await trigger.InstallAsync(_former);
        await _stage.ExecuteAsync($"ALTER TABLE t OWNER TO {_after}");
        Assert.That(await trigger.IsInstalledAsync(_present), Is.False);

        var mend = await AdviceAsync(() => trigger.InstallAsync(_present));
        Assert.That(await AdviceAsync(() => trigger.RemoveAsync(_present)), Is.EqualTo(mend));
        Assert.That(await AdviceAsync(() => new TableTrigger("t", _stage.Channel, _stage.Schema, new() { RowLevel = true }).InstallAsync(_present)), Is.EqualTo(mend), "of other options too");
        Assert.That(mend, Is.EqualTo($"ALTER FUNCTION {TableStage.FunctionName(trigger)}() OWNER TO {_after}"));
        Assert.That(await _stage.ReportedByAsync("INSERT INTO t VALUES (1)"), Has.Count.EqualTo(1), "it went on as it was");

        await _stage.ExecuteAsync(mend);
        await trigger.InstallAsync(_present);
        Assert.That(await trigger.IsInstalledAsync(_present), Is.True);
        Assert.That(await _stage.ReportedByAsync("INSERT INTO t VALUES (2)"), Has.Count.EqualTo(1));
        await trigger.RemoveAsync(_present);
        Assert.That(await _stage.ReportedByAsync("INSERT INTO t VALUES (3)"), Is.Empty);
    }

    [Test]
    public async Task WhatASuperuserHasInstalled_TheOwnerCanUse_AndIsToldHowToGetIt()
    {
        var trigger = _stage.Trigger("t");
        await trigger.InstallAsync(TestServer.DataSource);
        await trigger.InstallAsync(_former);

        Assert.That(await AdviceAsync(() => trigger.RemoveAsync(_former)), Does.StartWith("ALTER FUNCTION").And.EndsWith($"OWNER TO {_before}"));
    }

    [Test]
    public async Task TheNewOwner_IsToldWhatToDoAboutCatchUp_AndThenInstallsAndRemoves()
    {
        var table = new CatchUpTable("t", "id", _stage.Schema);
        await table.InstallAsync(_former);
        await _stage.ExecuteAsync($"ALTER TABLE t OWNER TO {_after}");
        Assert.That(await table.IsInstalledAsync(_present), Is.False);

        var mend = await AdviceAsync(() => table.InstallAsync(_present));
        Assert.That(await AdviceAsync(() => table.RemoveAsync(_present)), Is.EqualTo(mend));
        Assert.That(await AdviceAsync(() => table.InstallAsync(TestServer.DataSource)), Is.EqualTo(mend), "a superuser installs as the owner");
        Assert.That(mend.Split("; ").Select(statement => statement.Split(' ')[1]), Is.EquivalentTo(new[] { "FUNCTION", "FUNCTION", "FUNCTION", "TABLE" }));

        await _stage.ExecuteAsync(mend);
        await table.InstallAsync(_present);
        Assert.That(await table.IsInstalledAsync(_present), Is.True);
        await using (var writing = _present.CreateCommand($"INSERT INTO {_stage.Schema}.t VALUES (1), (2); TRUNCATE {_stage.Schema}.t"))
            await writing.ExecuteNonQueryAsync();
        await table.RemoveAsync(_present);
    }

    // What the error says to run.
    static async Task<string> AdviceAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => call());
        Assert.That(error!.SqlState, Is.EqualTo(PostgresErrorCodes.InsufficientPrivilege));
        Assert.That(error.MessageText, Does.Contain(Beginning).And.EndWith("; or drop it"));
        return error.MessageText[(error.MessageText.IndexOf(Beginning, StringComparison.Ordinal) + Beginning.Length)..^"; or drop it".Length];
    }

    static NpgsqlDataSource DataSource(string role) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { Username = role, Password = "of a test" });
}
