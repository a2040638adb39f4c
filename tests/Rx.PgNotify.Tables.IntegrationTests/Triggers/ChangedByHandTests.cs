namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>Whatever is no longer as it was installed, or for what it was installed: installing again mends it.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ChangedByHandTests
{
    const string Table = "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b text)";

    static readonly TableTriggerOptions s_options = new() { Payload = TriggerPayload.Rows, ColumnFilter = ["a"] };

    static IEnumerable<string> Changes() =>
    [
        "ALTER TABLE t DISABLE TRIGGER {1}_insert",
        "ALTER TABLE t ENABLE REPLICA TRIGGER {1}_update",
        "DROP TRIGGER {1}_truncate ON t",
        "ALTER TRIGGER {1}_delete ON t RENAME TO mine",
        "CREATE TRIGGER mine AFTER INSERT ON t EXECUTE FUNCTION {0}()",
        "CREATE OR REPLACE TRIGGER {1}_truncate AFTER TRUNCATE ON t EXECUTE FUNCTION other()",
        "CREATE OR REPLACE FUNCTION {0}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "ALTER FUNCTION {0}() SET search_path = public",
        "ALTER FUNCTION {0}() RESET ALL",
        "ALTER FUNCTION {0}() SECURITY DEFINER",
        "COMMENT ON FUNCTION {0}() IS NULL",
        "COMMENT ON FUNCTION {0}() IS 'it notifies'",
        "DROP FUNCTION {0}() CASCADE",
        "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, a)",
        "ALTER TABLE t RENAME id TO number",
        "ALTER TABLE t ADD large text",
        "ALTER TABLE t DROP b",
        "ALTER TABLE t ALTER b TYPE int USING 1",
        "DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b text)",
    ];

    [TestCaseSource(nameof(Changes))]
    public async Task AChange_IsNoticed_AndInstallingEndsAsIfItHadBeenTheFirstTime(string change)
    {
        await using var stage = await TableStage.CreateAsync(Table + "; CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
        await stage.InstallAsync("t", s_options);
        Assert.That(await IsInstalledAsync(stage), Is.True);

        await stage.ExecuteAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, change, TableStage.FunctionName(stage.Trigger("t")), Prefix(stage)));

        Assert.That(await IsInstalledAsync(stage), Is.False);
        await stage.InstallAsync("t", s_options);
        Assert.That(await IsInstalledAsync(stage), Is.True);
        var mended = await stage.ExecuteAsync(TriggerInstallationTests.Installed);
        await stage.RemoveAsync("t");
        await stage.InstallAsync("t", s_options);
        Assert.That(mended, Is.EqualTo(await stage.ExecuteAsync(TriggerInstallationTests.Installed)));
    }

    [TestCase("INSERT INTO t VALUES (1, 1, 'x'); ANALYZE t; VACUUM FULL t; TRUNCATE t")]
    [TestCase("CREATE FUNCTION unrelated() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TRIGGER unrelated AFTER INSERT ON t EXECUTE FUNCTION other()")]
    [TestCase("REINDEX TABLE t; CLUSTER t USING t_pkey; COMMENT ON TABLE t IS 'orders'; GRANT SELECT ON t TO PUBLIC")]
    [TestCase("ALTER TABLE t SET (fillfactor = 70); ALTER TABLE t ALTER b SET STATISTICS 500; ALTER TABLE t ALTER b SET STORAGE EXTERNAL")]
    public async Task WhatDoesNotConcernIt_IsNoChange(string other)
    {
        await using var stage = await TableStage.CreateAsync(Table + "; CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
        await stage.InstallAsync("t", s_options);

        foreach (var statement in other.Split("; "))
            await stage.ExecuteAsync(statement);

        Assert.That(await IsInstalledAsync(stage), Is.True);
    }

    [Test]
    public async Task OtherOptions_AreAChange()
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.InstallAsync("t", s_options);

        foreach (var options in (TableTriggerOptions[])[new(), new() { Payload = TriggerPayload.Rows }, new() { Payload = TriggerPayload.Rows, ColumnFilter = ["a"], IncludeOld = true }])
        {
            Assert.That(await stage.Trigger("t", options).IsInstalledAsync(TestServer.DataSource), Is.False);
            await stage.InstallAsync("t", options);
            Assert.That(await stage.Trigger("t", options).IsInstalledAsync(TestServer.DataSource), Is.True);
            Assert.That(await IsInstalledAsync(stage), Is.False);
        }
    }

    [Test]
    public async Task APartitionThatComesOrGoesOrIsSilent_IsAChange(
        [Values] bool rowLevel,
        [Values(
            "CREATE TABLE sales_west PARTITION OF sales FOR VALUES IN ('west')",
            "ALTER TABLE sales DETACH PARTITION sales_north",
            "ALTER TABLE sales_north DISABLE TRIGGER USER")] string change)
    {
        await using var stage = await TableStage.CreateAsync("""
            CREATE TABLE sales (region text, id int, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
            CREATE TABLE sales_north PARTITION OF sales FOR VALUES IN ('north');
            CREATE TABLE sales_south PARTITION OF sales FOR VALUES IN ('south');
            """);
        var options = new TableTriggerOptions { RowLevel = rowLevel };
        await stage.InstallAsync("sales", options);
        Assert.That(await stage.Trigger("sales", options).IsInstalledAsync(TestServer.DataSource), Is.True);

        await stage.ExecuteAsync(change);

        Assert.That(await stage.Trigger("sales", options).IsInstalledAsync(TestServer.DataSource), Is.False);
        await stage.InstallAsync("sales", options);
        Assert.That(await stage.Trigger("sales", options).IsInstalledAsync(TestServer.DataSource), Is.True);
        Assert.That(await stage.ReportedByAsync("INSERT INTO sales_south VALUES ('south', 1); TRUNCATE sales_south"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task AMarkThatSomebodyElseHasWritten_IsNotBelieved()
    {
        var role = UniqueChannel.Name("role");
        await using var stage = await TableStage.CreateAsync($"{Table}; CREATE ROLE {role}");
        await stage.InstallAsync("t");
        var function = TableStage.FunctionName(stage.Trigger("t"));
        await stage.ExecuteAsync($"""
            GRANT ALL ON SCHEMA {stage.Schema} TO {role};
            ALTER FUNCTION {function}() OWNER TO {role};
            CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'
            """);
        var script = stage.Trigger("t").InstallScript;
        var mark = script[script.IndexOf("EXECUTE 'COMMENT ON", StringComparison.Ordinal)..(script.IndexOf("FROM facts AS f));", StringComparison.Ordinal) + 18)];

        await using var connection = await stage.ConnectAsync(role);
        await TableStage.ExecuteAsync(connection, $"DO $do$ BEGIN {mark} END $do$");

        Assert.That(await stage.Trigger("t").IsInstalledAsync(TestServer.DataSource), Is.False);
        await stage.ExecuteAsync($"ALTER FUNCTION {function}() OWNER TO CURRENT_USER; REVOKE ALL ON SCHEMA {stage.Schema} FROM {role}; DROP OWNED BY {role}; DROP ROLE {role}; DO $do$ BEGIN {mark} END $do$");
        Assert.That(await stage.Trigger("t").IsInstalledAsync(TestServer.DataSource), Is.True, "the same, of a trusted owner's");
    }

    static Task<bool> IsInstalledAsync(TableStage stage) => stage.Trigger("t", s_options).IsInstalledAsync(TestServer.DataSource);

    // What the names of the triggers begin with.
    static string Prefix(TableStage stage) => TableStage.FunctionName(stage.Trigger("t")).Split('.')[1].Trim('"')["t_".Length..];
}
