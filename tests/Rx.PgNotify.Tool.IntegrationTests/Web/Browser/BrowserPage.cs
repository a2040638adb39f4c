using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Playwright;

namespace Rx.PgNotify.Tool.IntegrationTests.Web.Browser;

/// <summary>The dashboard in a browser of its own, and all that the browser asked for or complained of.</summary>
sealed class BrowserPage : IAsyncDisposable
{
    readonly ConcurrentQueue<string> _requests = new();
    readonly ConcurrentQueue<string> _complaints = new();
    readonly IBrowserContext _browser;

    BrowserPage(IBrowserContext browser, IPage page)
    {
        (_browser, Page) = (browser, page);
        browser.Request += (_, request) => _requests.Enqueue(request.Url);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Enqueue(message.Text);
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
    }

    public IPage Page { get; }

    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Errors and warnings: those of scripts, of files that would not load, of the content security policy.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public static async Task<BrowserPage> OpenAsync(Uri address)
    {
        var browser = await Chromium.NewContextAsync();
        var page = new BrowserPage(browser, await browser.NewPageAsync());
        await page.Page.GotoAsync(address.ToString());
        return page;
    }

    /// <summary>Waits until the table's rows are these customers' orders, the newest first.</summary>
    public Task ShowsAsync(params string[] customers) =>
        Assertions.Expect(Page.Locator("#orders tr td:nth-child(2)")).ToHaveTextAsync(customers);

    public Task SaysAsync(string status) => Assertions.Expect(Page.Locator("#line")).ToHaveTextAsync(status);

    public ILocator PayButton(int order) =>
        Page.GetByRole(AriaRole.Button, new() { Name = string.Create(CultureInfo.InvariantCulture, $"Pay order {order}"), Exact = true });

    public ValueTask DisposeAsync() => _browser.DisposeAsync();
}
