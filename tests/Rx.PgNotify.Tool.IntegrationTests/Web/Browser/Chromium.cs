using Microsoft.Playwright;

namespace Rx.PgNotify.Tool.IntegrationTests.Web.Browser;

/// <summary>The machine's Chromium, started once for all tests that need it.</summary>
[SetUpFixture]
public sealed class Chromium
{
    static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    static readonly TimeSpan s_longestStart = TimeSpan.FromMinutes(2);
    static IPlaywright? s_playwright;
    static IBrowser? s_browser;

    /// <summary>A context of one's own, with no cookies and no cache; ignores the test if there is no Chromium.</summary>
    public static async Task<IBrowserContext> NewContextAsync()
    {
        if (s_browser is null)
        {
            const string advice = "No Chromium on this machine. On Debian: apt-get install chromium. Elsewhere set PGNOTIFY_CHROMIUM to its path.";
            if (Environment.GetEnvironmentVariable("PGNOTIFY_REQUIRE_CHROMIUM") is "1")
                Assert.Fail(advice);
            Assert.Ignore(advice);
        }

        var context = await s_browser!.NewContextAsync(new() { Locale = "en-US" });
        context.SetDefaultTimeout((float)Eventually.Deadline.TotalMilliseconds);
        return context;
    }

    [OneTimeSetUp]
    public async Task LaunchAsync()
    {
        if (Find() is not { } path)
            return;
        s_playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout((float)Eventually.Deadline.TotalMilliseconds);
        // Its sandbox does not start as root, nor in most containers; it is shown nothing but this project's page.
        s_browser = await s_playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = path, ChromiumSandbox = false, Timeout = (float)s_longestStart.TotalMilliseconds });
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (s_browser is not null)
            await s_browser.DisposeAsync();
        s_playwright?.Dispose();
    }

    static string? Find()
    {
        if (Environment.GetEnvironmentVariable("PGNOTIFY_CHROMIUM") is { Length: > 0 } given)
            return given;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/bin");
        return folders.SelectMany(folder => s_names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
