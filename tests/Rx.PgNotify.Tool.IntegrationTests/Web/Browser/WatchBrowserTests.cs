using Microsoft.Playwright;
using Rx.PgNotify.Tool.IntegrationTests.Commands;

namespace Rx.PgNotify.Tool.IntegrationTests.Web.Browser;

/// <summary>The page of <c>pgnotify watch --web</c> in Chromium.</summary>
[LongTest]
[Platform(Exclude = "Win", Reason = "signals")]
public sealed class WatchBrowserTests : WatchFixture
{
    [Test]
    public async Task Page_ShowsChangesTheNewestFirst_AsTextAndInItsWidth()
    {
        await using var tool = Start("orders", "--web", "--web-port", "0");
        await using var browser = await BrowserPage.OpenAsync(await WatchPageTests.AddressAsync(tool));
        await browser.SaysAsync("Live: each change is shown as it comes");
        await Assertions.Expect(browser.Page.Locator("h1")).ToHaveTextAsync("public.orders");

        await ExecuteAsync($"INSERT INTO orders VALUES (9007199254740993, '<b>{new string('w', 50)}</b>', 30)");
        await ExecuteAsync("UPDATE orders SET status = 'paid'");
        await ExecuteAsync("TRUNCATE orders");

        var lines = browser.Page.Locator("#changes li");
        await Assertions.Expect(lines).ToHaveCountAsync(3);
        await Assertions.Expect(lines.Nth(0)).ToContainTextAsync("truncate");
        await Assertions.Expect(lines.Nth(1)).ToContainTextAsync("updateid 9007199254740993status");
        await Assertions.Expect(lines.Nth(1)).ToContainTextAsync(" -> \"paid\"");
        await Assertions.Expect(lines.Nth(2)).ToContainTextAsync("<b>www");
        await Assertions.Expect(browser.Page.Locator("#count")).ToHaveTextAsync("3 changes");
        await PageLayout.AssertFitsAsync(browser, "watch");
        Assert.That(browser.Complaints, Is.Empty);
    }

    [Test]
    public async Task Page_ThatIsPaused_ShowsWhatCameMeanwhileAfterwards()
    {
        await using var tool = Start("orders", "--web", "--web-port", "0");
        await using var browser = await BrowserPage.OpenAsync(await WatchPageTests.AddressAsync(tool));
        await browser.SaysAsync("Live: each change is shown as it comes");
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();

        await ExecuteAsync("INSERT INTO orders VALUES (1, 'open', 30), (2, 'open', 30)");

        await Assertions.Expect(browser.Page.Locator("#count")).ToHaveTextAsync("2 changes");
        await Assertions.Expect(browser.Page.Locator("#changes li")).ToHaveCountAsync(0);
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await Assertions.Expect(browser.Page.Locator("#changes li")).ToHaveCountAsync(2);
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();
        await Assertions.Expect(browser.Page.Locator("#changes li")).ToHaveCountAsync(0);
    }
}
