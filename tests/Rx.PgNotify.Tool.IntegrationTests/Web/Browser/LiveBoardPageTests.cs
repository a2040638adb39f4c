using System.Diagnostics;
using Microsoft.Playwright;

namespace Rx.PgNotify.Tool.IntegrationTests.Web.Browser;

/// <summary>The sample LiveBoard in Chromium.</summary>
[LongTest]
public sealed class LiveBoardPageTests : SampleFixture
{
    // What a host waits for its requests if nothing ends them.
    static readonly TimeSpan s_shutdownTimeout = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Page_ShowsWhatOthersWrite_InTheBrowserAndInSql_AlsoAfterTheListenersBackendWasKilled()
    {
        await using var board = SampleProcess.Start("LiveBoard.dll", "--ConnectionStrings:board", Connection, "--urls", "http://127.0.0.1:0");
        var address = await AddressAsync(board);
        await using var one = await BrowserPage.OpenAsync(address);
        await using var two = await BrowserPage.OpenAsync(address);

        await one.Page.GetByLabel("New card").FillAsync("buy <b>tea</b>");
        await one.Page.GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
        await ShowAsync("buy <b>tea</b>");
        await ExecuteAsync("""INSERT INTO "Cards" ("Text", "IsDone") VALUES ('by SQL', false)""");
        await ShowAsync("by SQL", "buy <b>tea</b>");
        await two.Page.GetByLabel("by SQL", new() { Exact = true }).CheckAsync();
        await ShowAsync("buy <b>tea</b>", "by SQL");
        await Assertions.Expect(one.Page.GetByLabel("by SQL", new() { Exact = true })).ToBeCheckedAsync();

        // Nobody listens any more when the card goes: the Resync makes up for it.
        Assert.That(await ExecuteAsync($"""
            SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
            WHERE query LIKE '/* Rx.PgNotify%' AND datname = '{Database}'
            """), Is.EqualTo(1L));
        await ExecuteAsync("""DELETE FROM "Cards" WHERE "Text" = 'by SQL' """);
        await ShowAsync("buy <b>tea</b>");
        await one.Page.GetByRole(AriaRole.Button, new() { Name = "Remove buy <b>tea</b>" }).ClickAsync();
        await ShowAsync();

        Assert.That(one.Complaints.Concat(two.Complaints), Is.Empty);

        async Task ShowAsync(params string[] cards)
        {
            foreach (var page in (BrowserPage[])[one, two])
                await Assertions.Expect(page.Page.Locator("#cards li span")).ToHaveTextAsync(cards);
        }
    }

    [Test]
    public async Task Sigterm_WithABrowserConnected_EndsTheProgramAtOnce_AndTheBrowserComesBackToTheNextOne()
    {
        await using var board = SampleProcess.Start("LiveBoard.dll", "--ConnectionStrings:board", Connection, "--urls", "http://127.0.0.1:0");
        var address = await AddressAsync(board);
        await using var browser = await BrowserPage.OpenAsync(address);
        await Assertions.Expect(browser.Page.Locator("#line")).ToHaveTextAsync("Live");

        var start = Stopwatch.GetTimestamp();
        Assert.That(await board.TerminateAsync(), Is.Zero, await board.Errors);
        var took = Stopwatch.GetElapsedTime(start);

        await TestContext.Out.WriteLineAsync($"It ended {took.TotalMilliseconds:F0} ms after SIGTERM.");
        Assert.That(took, Is.LessThan(s_shutdownTimeout / 3), "it must not wait for the browser to leave");
        await Assertions.Expect(browser.Page.Locator("#line")).ToHaveTextAsync("The server does not answer. Reconnecting…");

        await using var next = SampleProcess.Start("LiveBoard.dll", "--ConnectionStrings:board", Connection, "--urls", address.ToString());
        await Assertions.Expect(browser.Page.Locator("#line")).ToHaveTextAsync("Live");
    }

    [Test]
    public async Task Page_WithAndWithoutCards_FitsEveryScreen()
    {
        await using var board = SampleProcess.Start("LiveBoard.dll", "--ConnectionStrings:board", Connection, "--urls", "http://127.0.0.1:0");
        await using var browser = await BrowserPage.OpenAsync(await AddressAsync(board));
        await Assertions.Expect(browser.Page.Locator("#line")).ToHaveTextAsync("Live");
        await PageLayout.AssertFitsAsync(browser, "board-none");

        await ExecuteAsync("""
            INSERT INTO "Cards" ("Text", "IsDone")
            SELECT CASE i % 3 WHEN 0 THEN repeat('W', 200) WHEN 1 THEN repeat('of many words ', 14) ELSE 'tea' END, i % 2 = 0 FROM generate_series(1, 12) AS i
            """);
        await Assertions.Expect(browser.Page.Locator("#cards li")).ToHaveCountAsync(12);
        await PageLayout.AssertFitsAsync(browser, "board-long");
    }

    static async Task<Uri> AddressAsync(SampleProcess board)
    {
        const string Mark = "Now listening on: ";
        while (await board.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(Mark, StringComparison.Ordinal) is var at and >= 0)
                return new Uri(line[(at + Mark.Length)..].Trim());
        }

        throw new InvalidOperationException($"It ended: {await board.Errors}");
    }
}
