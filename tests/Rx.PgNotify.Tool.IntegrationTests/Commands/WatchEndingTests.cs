namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>That the trigger goes, and that it stays as long as it is wanted.</summary>
[LongTest]
[Platform(Exclude = "Win", Reason = "signals")]
public sealed class WatchEndingTests : WatchFixture
{
    const string InstalledAgain = "the trigger was gone, or the table altered: it is installed again";

    [TestCase(ToolProcess.SigInt)]
    [TestCase(ToolProcess.SigTerm)]
    [TestCase(ToolProcess.SigHup)]
    public async Task Watch_OnASignal_RemovesItsTrigger(int signal)
    {
        await using var tool = await WatchAsync("orders");
        Assert.That(await RemainsAsync(), Is.EqualTo("4 triggers, 1 functions"));

        tool.Signal(signal);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Errors, Is.Empty);
        Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
    }

    [Test]
    public async Task Watch_WhenItsReaderHasGone_RemovesItsTrigger()
    {
        using var tool = new UnreadProcess("watch", "orders", "--connection", Connection, "--format", "json");
        await UnreadProcess.ReadUntilAsync(tool.Output, line => Json.IsType(line, "watching"));

        tool.Output.Close();
        await ExecuteAsync("INSERT INTO orders VALUES (1, 'nobody reads this', 0)");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
    }

    [Test]
    public async Task Watch_ThatWasKilled_LeavesItsTriggerToTheNextStart_OfAnotherTable_WhichSparesThoseInUse()
    {
        await ExecuteAsync("CREATE TABLE other (id int PRIMARY KEY)");
        await using var living = await WatchAsync("orders");
        await using (var killed = await WatchAsync("orders"))
        {
            killed.Signal(ToolProcess.SigKill);
            await killed.ExitCodeAsync();
        }

        await Eventually.IsTrueAsync(async () => await LocksAsync() == 1);
        Assert.That(await RemainsAsync(), Is.EqualTo("8 triggers, 2 functions"), "nobody has started since");

        await using var next = await WatchAsync("other");

        Assert.That(next.Errors, Has.Count.EqualTo(1).And.One.EndsWith(" the trigger that an earlier watch left on public.orders is removed"));
        Assert.That(await RemainsAsync(), Is.EqualTo("8 triggers, 2 functions"), "of the one that lives, and of the one that was started");
        await ExecuteAsync("INSERT INTO orders VALUES (1, 'open', 0)");
        await living.OutputLineAsync(line => Json.IsType(line, "change"));
    }

    [Test]
    public async Task Watch_WhoseSessionsAreKilled_GoesOn_AndKeepsItsTriggerFromOthers()
    {
        await using var tool = await WatchAsync("orders");

        await ExecuteAsync($"SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE datname = '{Database}' AND pid <> pg_backend_pid()");
        await tool.OutputLineAsync(line => Json.Parse(line).Is("reason", "reconnected"));
        await Eventually.IsTrueAsync(async () => await LocksAsync() == 1);
        await ExecuteAsync("INSERT INTO orders VALUES (1, 'open', 0)");

        await tool.OutputLineAsync(line => Json.IsType(line, "change"));
        tool.Signal(ToolProcess.SigInt);
        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
    }

    [Test]
    public async Task Watch_WhoseTriggerIsTakenAway_InstallsItAgain_AndEndsWithTheTable()
    {
        await using var tool = await WatchAsync("orders");

        await ExecuteAsync("DO $$ BEGIN EXECUTE (SELECT 'DROP FUNCTION ' || oid::regprocedure || ' CASCADE' FROM pg_proc WHERE prosrc LIKE '%pgnotify\\_watch\\_%'); END $$");
        await tool.OutputLineAsync(line => Json.Parse(line).Is("text", InstalledAgain));
        await ExecuteAsync("INSERT INTO orders VALUES (1, 'open', 0)");
        await tool.OutputLineAsync(line => Json.IsType(line, "change"));
        await ExecuteAsync("DROP TABLE orders");

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1), tool.ToString());
        Assert.That(tool.Errors, Is.EqualTo(new[] { "pgnotify: relation \"public.orders\" does not exist (SQLSTATE 42P01)" }));
        Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
    }

    [Test]
    public async Task Watch_OfATableThatIsAltered_ShowsItsRowsAgain()
    {
        await using var tool = await WatchAsync("orders");

        await ExecuteAsync("ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD PRIMARY KEY (id, amount); INSERT INTO orders VALUES (1, 'unseen', 0)");
        await tool.OutputLineAsync(line => Json.Parse(line).Is("text", InstalledAgain));
        await ExecuteAsync("INSERT INTO orders VALUES (2, 'seen', 0)");

        await tool.OutputLineAsync(line => line.Contains("\"seen\"", StringComparison.Ordinal));
        Assert.That(Changes(tool)[0], Is.EqualTo("""{"op":"insert","count":1,"altered":true}"""));
    }

    [Test]
    public async Task Watch_OfATableInUse_WaitsWithoutHoldingUpOthers_AtItsBeginningAndItsEnd()
    {
        await using var user = new Npgsql.NpgsqlConnection(Connection);
        await user.OpenAsync();
        var writing = await user.BeginTransactionAsync();
        await new Npgsql.NpgsqlCommand("INSERT INTO orders VALUES (1, 'not committed', 0)", user).ExecuteNonQueryAsync();
        await using var tool = Start("orders", "--format", "json");
        await tool.OutputLineAsync(line => Json.Parse(line).Is("text", "waiting for transactions that write to public.orders, to install the trigger"));
        await ExecuteAsync("INSERT INTO orders VALUES (2, 'another writer', 0)");
        await writing.CommitAsync();
        await tool.OutputLineAsync(line => Json.IsType(line, "watching"));

        var reading = await user.BeginTransactionAsync();
        await new Npgsql.NpgsqlCommand("SELECT FROM orders", user).ExecuteNonQueryAsync();
        tool.Signal(ToolProcess.SigInt);
        await tool.ErrorLineAsync(line => line.EndsWith(" other transactions use public.orders: waiting to remove the trigger; another Ctrl-C leaves it", StringComparison.Ordinal));
        await ExecuteAsync("INSERT INTO orders VALUES (3, 'another writer', 0)");
        await reading.CommitAsync();

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
    }

    [Test]
    public async Task Watch_ThatCanNotRemoveItsTrigger_SaysSoAndFails()
    {
        await using var user = new Npgsql.NpgsqlConnection(Connection);
        await user.OpenAsync();
        await using var tool = await WatchAsync("orders");
        await using var reading = await user.BeginTransactionAsync();
        await new Npgsql.NpgsqlCommand("SELECT FROM orders", user).ExecuteNonQueryAsync();

        tool.Signal(ToolProcess.SigInt);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1), tool.ToString());
        Assert.That(tool.Errors[^1], Does.StartWith("pgnotify: the trigger on public.orders could not be removed: ").And.EndWith("The next 'pgnotify watch' in this database, of any table, removes it."));
    }

    async Task<long> LocksAsync() => (long)(await ExecuteAsync(
        $"SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE locktype = 'advisory' AND granted AND datname = '{Database}'"))!;
}
