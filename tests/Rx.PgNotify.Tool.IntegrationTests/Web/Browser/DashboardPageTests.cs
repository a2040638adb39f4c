using Microsoft.Playwright;
using Rx.PgNotify.LiveDashboard;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Tool.IntegrationTests.Web.Browser;

/// <summary>The page in Chromium.</summary>
[LongTest]
public sealed class DashboardPageTests : DashboardFixture
{
    const string Live = "Live: PostgreSQL reports every change";

    [Test]
    public async Task Page_WhenRowsChangeInSql_ShowsThem()
    {
        await using var browser = await BrowserPage.OpenAsync(Address);
        await browser.SaysAsync(Live);

        await InsertAsync("Ada", "Bob");
        await browser.ShowsAsync("Bob", "Ada");
        await ExecuteAsync("UPDATE dashboard_orders SET customer = 'Eve', amount = 1234.5 WHERE customer = 'Ada'");
        await browser.ShowsAsync("Bob", "Eve");
        await ExecuteAsync("UPDATE dashboard_orders SET status = 'paid' WHERE customer = 'Bob'");
        await browser.ShowsAsync("Eve");

        await Assertions.Expect(browser.Page.Locator("#total")).ToHaveTextAsync("1,234.50");
        Assert.That(browser.Complaints, Is.Empty);
    }

    [Test]
    public async Task Page_AfterTheListenersBackendWasKilled_CatchesUp()
    {
        await using var browser = await BrowserPage.OpenAsync(Address);
        await InsertAsync("Ada", "Bob");
        await browser.ShowsAsync("Bob", "Ada");

        await KillListenerAsync();
        await ExecuteAsync("DELETE FROM dashboard_orders WHERE customer = 'Ada'");
        await InsertAsync("Eve");

        await browser.ShowsAsync("Eve", "Bob");
        await browser.SaysAsync(Live);
        await Assertions.Expect(browser.Page.Locator("#rate .gap")).ToHaveCountAsync(1);
        Assert.That(browser.Complaints, Is.Empty);
    }

    [Test]
    public async Task Page_WhenTheDashboardIsStartedAgain_SaysSoMeanwhileAndIsCurrentAfterwards()
    {
        await EndDashboardAsync();
        var port = LoopbackPort.FindFree();
        await ServeAsync(port);
        await using var browser = await BrowserPage.OpenAsync(Address);
        await InsertAsync("Ada");
        await browser.ShowsAsync("Ada");

        await EndDashboardAsync();
        await browser.SaysAsync("The dashboard does not answer. Reconnecting…");
        await InsertAsync("Bob");
        await ServeAsync(port);

        await browser.ShowsAsync("Bob", "Ada");
        await browser.SaysAsync(Live);
    }

    [Test]
    public async Task TwoBrowsers_ShowTheSame_OverOneBackend()
    {
        await using var one = await BrowserPage.OpenAsync(Address);
        await using var two = await BrowserPage.OpenAsync(Address);

        await InsertAsync("Ada");
        await one.ShowsAsync("Ada");
        await two.ShowsAsync("Ada");
        await one.PayButton(1).ClickAsync();
        await two.ShowsAsync();

        Assert.That(await ListenersAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Browser_ThatComesLater_ShowsThePresentStateWithoutAnyFurtherChange()
    {
        await using (var first = await BrowserPage.OpenAsync(Address))
        {
            await first.SaysAsync(Live);
            await InsertAsync("Ada", "Bob", "Eve");
            await Assertions.Expect(first.Page.Locator("#rate-summary")).ToContainTextAsync("3 at the most");
        }

        await using var later = await BrowserPage.OpenAsync(Address);

        await later.ShowsAsync("Eve", "Bob", "Ada");
        await Assertions.Expect(later.Page.Locator("#rate-summary")).ToContainTextAsync("3 at the most");
        await Assertions.Expect(later.Page.Locator("#rate .bar").First).ToBeAttachedAsync();
    }

    [Test]
    public async Task Form_AddsAnOrder_AndTheButtonPaysIt()
    {
        await using var browser = await BrowserPage.OpenAsync(Address);
        await browser.SaysAsync(Live);

        await browser.Page.GetByLabel("Customer").FillAsync("Grace");
        await browser.Page.GetByLabel("Amount").FillAsync("12.50");
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
        await browser.ShowsAsync("Grace");
        await browser.PayButton(1).ClickAsync();
        await browser.ShowsAsync();

        Assert.That(await ExecuteAsync("SELECT customer || ' ' || amount || ' ' || status FROM dashboard_orders"), Is.EqualTo("Grace 12.50 paid"));
        Assert.That(browser.Complaints, Is.Empty);
    }

    [Test]
    public async Task Button_KeepsTheFocus_WhenOtherRowsChange()
    {
        await InsertAsync("Ada", "Bob");
        await using var browser = await BrowserPage.OpenAsync(Address);
        await browser.PayButton(1).FocusAsync();

        await InsertAsync("Eve");
        await ExecuteAsync("UPDATE dashboard_orders SET status = 'paid' WHERE customer = 'Bob'");
        await browser.ShowsAsync("Eve", "Ada");

        await Assertions.Expect(browser.PayButton(1)).ToBeFocusedAsync();
    }

    [Test]
    public async Task Markup_InACustomersName_IsShownAsText()
    {
        const string markup = """<img src="x" onerror="window.hacked = 1"><script>window.hacked = 1</script><b>Bold</b> & Sons""";
        await using var browser = await BrowserPage.OpenAsync(Address);

        await InsertAsync(markup);
        await browser.ShowsAsync(markup);

        await Assertions.Expect(browser.Page.Locator("#orders img, #orders script, #orders b")).ToHaveCountAsync(0);
        Assert.That(await browser.Page.EvaluateAsync<bool>("'hacked' in window"), Is.False);
        Assert.That(browser.Complaints, Is.Empty);
    }

    [Test]
    public async Task Page_AsksNoOtherHost_AndThePolicyWouldNotLetIt()
    {
        await InsertAsync("Ada");
        await using var browser = await BrowserPage.OpenAsync(Address);
        await browser.ShowsAsync("Ada");

        Assert.That(browser.Requests, Has.All.StartsWith(Address.ToString()).And.Some.EqualTo($"{Address}events"));
        Assert.That(browser.Complaints, Is.Empty);

        // What a row would do if it ever became markup.
        await browser.Page.EvaluateAsync("""
            const script = document.createElement('script');
            script.textContent = 'window.hacked = 1';
            document.body.append(script);
            const image = new Image();
            image.src = 'http://evil.example/x.png';
            document.body.append(image);
            """);
        await Eventually.IsTrueAsync(() => browser.Complaints.Count(text => text.Contains("Content Security Policy", StringComparison.Ordinal)) >= 2);
        Assert.That(await browser.Page.EvaluateAsync<bool>("'hacked' in window"), Is.False);
    }

    [Test]
    public async Task Page_ShowsTheNewestOfManyOrders_AndSaysHowManyThereAre()
    {
        await ExecuteAsync("INSERT INTO dashboard_orders (customer, amount) SELECT 'Ada', 1 FROM generate_series(1, 1234)");
        await using var browser = await BrowserPage.OpenAsync(Address);

        await Assertions.Expect(browser.Page.Locator("#orders tr")).ToHaveCountAsync(OrdersTable.RowsShown);
        await Assertions.Expect(browser.Page.Locator("#caption")).ToHaveTextAsync("The newest 50 of 1,234");
        await Assertions.Expect(browser.PayButton(1234)).ToBeVisibleAsync();
    }

    [Test]
    public async Task Page_WithoutAnyOrder_FitsEveryScreen()
    {
        await using var browser = await BrowserPage.OpenAsync(Address);
        await browser.SaysAsync(Live);
        await Assertions.Expect(browser.Page.Locator("#caption")).ToHaveTextAsync("None is open");

        await PageLayout.AssertFitsAsync(browser, "dashboard-none");
    }

    [Test]
    public async Task Page_WithOrders_FitsEveryScreen()
    {
        await using var browser = await BrowserPage.OpenAsync(Address);
        await browser.SaysAsync(Live);
        await ExecuteAsync("INSERT INTO dashboard_orders (customer, amount) SELECT (ARRAY['Ada', 'Bob Miller', 'Eve'])[1 + i % 3], i * 12.5 FROM generate_series(1, 12) AS i");
        await Assertions.Expect(browser.Page.Locator("#orders tr")).ToHaveCountAsync(12);

        await PageLayout.AssertFitsAsync(browser, "dashboard-some");
    }

    [Test]
    public async Task Page_WithAsMuchAndAsLongAsCanBe_FitsEveryScreen_AlsoWhenThingsFail()
    {
        await using var browser = await BrowserPage.OpenAsync(Address);
        await browser.SaysAsync(Live);
        await ExecuteAsync("""
            INSERT INTO dashboard_orders (id, customer, amount, placed) OVERRIDING SYSTEM VALUE
            SELECT 2147480000 + i, CASE i % 3 WHEN 0 THEN repeat('W', 100) WHEN 1 THEN repeat('of many words ', 7) ELSE 'Ada' END, 99999999.99, '2026-12-22 22:58:58'
            FROM generate_series(1, 3000) AS i
            """);
        await Assertions.Expect(browser.Page.Locator("#orders tr")).ToHaveCountAsync(OrdersTable.RowsShown);
        await Assertions.Expect(browser.Page.Locator("#total")).ToHaveTextAsync("299,999,999,970.00");

        await PageLayout.AssertFitsAsync(browser, "dashboard-long");
        await KillListenerAsync();
        await EndDashboardAsync();
        await browser.PayButton(2147483000).ClickAsync();
        await Assertions.Expect(browser.Page.Locator("#answer")).ToHaveTextAsync("The dashboard does not answer.");
        await PageLayout.AssertFitsAsync(browser, "dashboard-lost");
    }
}
