using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>What others do to the trigger of a watch, and to what earlier ones left.</summary>
[LongTest]
[Platform(Exclude = "Win", Reason = "signals")]
public sealed class WatchTriggerTests : WatchFixture
{
    [Test]
    public async Task Watch_WhoseTriggerIsTakenAway_SaysThatChangesMayBeMissing()
    {
        await using var tool = await WatchAsync("orders");

        await ExecuteAsync("""
            DO $$ BEGIN EXECUTE (SELECT 'DROP FUNCTION ' || oid::regprocedure || ' CASCADE' FROM pg_proc WHERE prosrc LIKE '%pgnotify\_watch\_%'); END $$;
            INSERT INTO orders VALUES (1, 'unseen', 0)
            """);
        await tool.OutputLineAsync(line => Json.IsType(line, "resync"));
        await ExecuteAsync("INSERT INTO orders VALUES (2, 'seen', 0)");
        await tool.OutputLineAsync(line => Json.IsType(line, "change"));

        Assert.That(Changes(tool), Is.EqualTo(new[] { """{"op":"insert","key":{"id":2},"new":{"id":2,"status":"seen","amount":0}}""" }));
        Assert.That(Json.OfType(tool.Output, "resync").Select(line => line.Text("reason")), Is.EqualTo(new[] { "reconnected" }));
    }

    [Test]
    public async Task Watch_OfATableWhoseSchemaIsRenamed_EndsAndLeavesNothing()
    {
        await ExecuteAsync("CREATE SCHEMA sales; CREATE TABLE sales.orders (id int PRIMARY KEY)");
        await using var tool = await WatchAsync("sales.orders");

        await ExecuteAsync("ALTER SCHEMA sales RENAME TO sold");

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1), tool.ToString());
        Assert.That(tool.Errors, Is.EqualTo(new[] { "pgnotify: schema \"sales\" does not exist (SQLSTATE 3F000)" })
            .Or.EqualTo(new[] { "pgnotify: relation \"sales.orders\" does not exist (SQLSTATE 42P01)" }));
        Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
    }

    [Test]
    public async Task Watch_WhoseLockAnotherWatchHolds_WaitsForIt_AndBlamesNoWriters()
    {
        await using var tool = await WatchAsync("orders");
        await using var other = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Connection) { ApplicationName = "other watch" }.ConnectionString);
        await other.OpenAsync();
        var id = (string)(await ExecuteAsync("SELECT substring(prosrc FROM 'pgnotify_watch_([0-9a-f]+)') FROM pg_proc WHERE prosrc LIKE '%pgnotify\\_watch\\_%'"))!;
        var key = long.Parse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var locking = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_lock({key})"), other).ExecuteNonQueryAsync();
        await Eventually.IsTrueAsync(async () => await WaitersAsync("true") == 1);

        await ExecuteAsync($"""
            SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity
            WHERE datname = '{Database}' AND pid <> pg_backend_pid() AND application_name <> 'other watch'
            """);
        await locking.WaitAsync(Eventually.Deadline);
        await Eventually.IsTrueAsync(async () => await WaitersAsync("clock_timestamp() - waitstart > '3 s'") == 1);
        await new NpgsqlCommand("SELECT pg_advisory_unlock_all()", other).ExecuteNonQueryAsync();
        await Eventually.IsTrueAsync(async () => await WaitersAsync("true") == 0);

        tool.Signal(ToolProcess.SigInt);
        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output, Has.None.Contains("waiting for transactions"));
        Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
    }

    [Test]
    public async Task Watch_WhoseServerGoesDownWhileItRemovesWhatOthersLeft_FailsInOneLine()
    {
        await ExecuteAsync("""
            DO $do$ BEGIN
                FOR i IN 10..49 LOOP
                    EXECUTE format($f$
                        CREATE FUNCTION left_%s() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_notify('pgnotify_watch_00000000000000%s', ''); RETURN NULL; END$$;
                        CREATE TRIGGER left_%s AFTER INSERT ON orders EXECUTE FUNCTION left_%s()$f$, i, i, i, i);
                END LOOP;
            END $do$
            """);
        await using var user = new NpgsqlConnection(Connection);
        await user.OpenAsync();
        await using var reading = await user.BeginTransactionAsync();
        await new NpgsqlCommand("SELECT FROM orders", user).ExecuteNonQueryAsync();
        await using var tool = Start("orders");

        await Eventually.IsTrueAsync(async () => (long)(await ExecuteAsync(
            $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{Database}' AND wait_event_type = 'Lock'"))! > 0);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1), tool.ToString());
        Assert.That(tool.Errors.Where(line => !line.StartsWith('#')), Has.Exactly(1).Items.And.One.StartsWith("pgnotify: ").And.One.EndsWith(" (SQLSTATE 57P01)"));
    }

    async Task<long> WaitersAsync(string condition) => (long)(await ExecuteAsync(
        $"SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE locktype = 'advisory' AND NOT granted AND datname = '{Database}' AND {condition}"))!;
}
