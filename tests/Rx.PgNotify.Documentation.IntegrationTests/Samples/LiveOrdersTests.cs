using System.Text.RegularExpressions;

namespace Rx.PgNotify.Documentation.IntegrationTests.Samples;

/// <summary>The sample LiveOrders on a terminal, in a database of each test's own.</summary>
[LongTest]
public sealed partial class LiveOrdersTests : SampleFixture
{
    [Test]
    public async Task Screen_WhenRowsAreInsertedUpdatedAndDeleted_FollowsTheTable()
    {
        await using var terminal = await StartAsync();

        await ExecuteAsync("INSERT INTO orders (customer, amount) VALUES ('Ada', 30), ('Bob', 20), ('Eve', 10)");
        await terminal.UntilAsync(
            Shows("1 Ada open 30.00", "2 Bob open 20.00", "3 Eve open 10.00",
                "3 inserted, 0 removed, 0 replaced, 0 moved; Listening; q quits"),
            "three orders");

        await ExecuteAsync("UPDATE orders SET status = 'paid' WHERE customer = 'Bob'");
        await terminal.UntilAsync(
            Shows("1 Ada open 30.00", "2 Bob paid 20.00", "3 Eve open 10.00",
                "3 inserted, 0 removed, 1 replaced, 0 moved; Listening; q quits"),
            "Bob has paid");

        await ExecuteAsync("UPDATE orders SET amount = 1234.5 WHERE customer = 'Eve'");
        await terminal.UntilAsync(
            Shows("3 Eve open 1,234.50", "1 Ada open 30.00", "2 Bob paid 20.00",
                "3 inserted, 0 removed, 2 replaced, 1 moved; Listening; q quits"),
            "Eve is the first");

        await ExecuteAsync("DELETE FROM orders WHERE customer = 'Ada'");
        await terminal.UntilAsync(
            Shows("3 Eve open 1,234.50", "2 Bob paid 20.00",
                "3 inserted, 1 removed, 2 replaced, 1 moved; Listening; q quits"),
            "Ada is gone");
    }

    [Test]
    public async Task Screen_AfterTheListenersBackendWasKilled_CatchesUp()
    {
        await using var terminal = await StartAsync();
        await ExecuteAsync("INSERT INTO orders (customer, amount) VALUES ('Ada', 30)");
        await terminal.UntilAsync(Shows("1 Ada open 30.00", "1 inserted, 0 removed, 0 replaced, 0 moved; Listening; q quits"), "one order");

        // Nobody listens any more when the change commits: its own notification is lost, or comes to the next backend.
        Assert.That(await ExecuteAsync($"""
            SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
            WHERE query LIKE '/* Rx.PgNotify%' AND datname = '{Database}'
            """), Is.EqualTo(1L));
        await ExecuteAsync("UPDATE orders SET status = 'paid'");

        await terminal.UntilAsync(Shows("1 Ada paid 30.00", "1 inserted, 0 removed, 1 replaced, 0 moved; Listening; q quits"), "Ada has paid");
    }

    [TestCase('q')]
    [TestCase('\x03', TestName = "Key_ThatEnds_LeavesTheListAndTheCursor(Ctrl-C)")]
    public async Task Key_ThatEnds_LeavesTheListAndTheCursor(char key)
    {
        await using var terminal = await StartAsync();
        await ExecuteAsync("INSERT INTO orders (customer, amount) VALUES ('Ada', 30)");
        var shown = Shows("1 Ada open 30.00", "1 inserted, 0 removed, 0 replaced, 0 moved; Listening; q quits");
        await terminal.UntilAsync(shown, "one order");
        Assert.That(terminal.IsCursorVisible, Is.False);

        await terminal.TypeAsync(key);

        Assert.That(await terminal.ExitCodeAsync(), Is.Zero, terminal.Screen);
        Assert.That(shown(terminal.Screen), Is.True, terminal.Screen);
        Assert.That(terminal.IsCursorVisible, Is.True);
    }

    [Test]
    public async Task Query_ThatFails_IsToldAndRunAgain()
    {
        await using var terminal = await StartAsync();
        await ExecuteAsync("INSERT INTO orders (customer, amount) VALUES ('Ada', 30)");
        await terminal.UntilAsync(Shows("1 Ada open 30.00", "1 inserted, 0 removed, 0 replaced, 0 moved; Listening; q quits"), "one order");

        await ExecuteAsync("ALTER TABLE orders RENAME customer TO buyer; NOTIFY orders");
        await terminal.UntilAsync(screen => Missing().IsMatch(screen), "the failure");

        await ExecuteAsync("ALTER TABLE orders RENAME buyer TO customer; UPDATE orders SET status = 'paid'");
        await terminal.UntilAsync(
            Shows("1 Ada paid 30.00", "1 inserted, 0 removed, 1 replaced, 0 moved; Listening; q quits"), "Ada has paid");
    }

    [Test]
    public async Task Screen_AfterARestartOfTheServer_CatchesUp()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var terminal = await StartAsync(server.ConnectionString);
        await server.ExecuteAsync("INSERT INTO orders (customer, amount) VALUES ('Ada', 30)");
        await terminal.UntilAsync(Shows("1 Ada open 30.00", "1 inserted, 0 removed, 0 replaced, 0 moved; Listening; q quits"), "one order");

        await server.RestartAsync();
        await server.ExecuteAsync("UPDATE orders SET status = 'paid'");

        await terminal.UntilAsync(Shows("1 Ada paid 30.00", "1 inserted, 0 removed, 1 replaced, 0 moved; Listening; q quits"), "Ada has paid");
    }

    async Task<TerminalSession> StartAsync(string? connection = null)
    {
        var terminal = TerminalSession.Start("LiveOrders.dll", connection ?? Connection);
        try
        {
            await terminal.UntilAsync(screen => screen.Contains("Listening", StringComparison.Ordinal), "the empty list");
            return terminal;
        }
        catch
        {
            await terminal.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether the lines that begin with a number, which are the rows and the last line, are these.</summary>
    static Func<string, bool> Shows(params string[] lines) => screen =>
        screen.Split('\n').Select(line => string.Join(' ', Cell().Matches(line).Select(cell => cell.Value)))
            .Where(line => line.Length > 0 && char.IsAsciiDigit(line[0]))
            .SequenceEqual(lines);

    [GeneratedRegex(@"[^\s│]+", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Cell();

    // The last line is longer than the screen is wide.
    [GeneratedRegex(@"column\s.*customer.*\sdoes\s+not\s+exist", RegexOptions.Singleline, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Missing();
}
