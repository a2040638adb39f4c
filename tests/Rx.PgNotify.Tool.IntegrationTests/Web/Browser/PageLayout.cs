using System.Globalization;
using Microsoft.Playwright;

namespace Rx.PgNotify.Tool.IntegrationTests.Web.Browser;

/// <summary>A page at the widths of phones, tablets and screens, light and dark: what of it does not fit where it is.</summary>
static class PageLayout
{
    static readonly int[] s_widths = [360, 400, 768, 1280];

    // A pixel is what rounding leaves. Text is measured by itself: it may spill out of a box that clips nothing, and a box that
    // is wide enough may reach out of its card.
    const string Misfits = """
        () => {
          const misfits = [];
          const name = e => `${e.tagName.toLowerCase()}${e.id ? '#' + e.id : ''} "${e.textContent.trim().slice(0, 40)}"`;
          const root = document.documentElement;
          if (root.scrollWidth > root.clientWidth)
            misfits.push(`the page is ${root.scrollWidth} wide`);
          for (const e of document.querySelectorAll('body *')) {
            const { display, clipPath } = getComputedStyle(e);
            if (display === 'inline' || clipPath !== 'none' || e.closest('svg') || e.closest('thead') && getComputedStyle(e.closest('thead')).clipPath !== 'none')
              continue;
            if (e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1)
              misfits.push(`${name(e)} holds ${e.scrollWidth} of ${e.clientWidth}`);
            const card = e.parentElement.closest('.figures > div, section, li');
            if (card) {
              const [inner, outer] = [e.getBoundingClientRect(), card.getBoundingClientRect()];
              if (inner.left < outer.left - 1 || inner.right > outer.right + 1)
                misfits.push(`${name(e)} reaches out of its card`);
            }
          }
          for (const text of document.querySelectorAll('svg text')) {
            const [inner, outer] = [text.getBoundingClientRect(), text.closest('svg').getBoundingClientRect()];
            if (inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1 || inner.top < outer.top - 1)
              misfits.push(`${name(text)} reaches out of the chart`);
          }
          for (const whole of document.querySelectorAll('time, button, dd, .number')) {
            const range = document.createRange();
            range.selectNodeContents(whole);
            const tops = new Set([...range.getClientRects()].filter(r => r.width > 0).map(r => Math.round(r.top)));
            if (tops.size > 1)
              misfits.push(`${name(whole)} takes ${tops.size} lines`);
          }
          return misfits;
        }
        """;

    /// <summary>Asserts that all fits at every width, and keeps a picture of each.</summary>
    /// <param name="browser">A page that shows what it has to show.</param>
    /// <param name="label">What the pictures are called.</param>
    public static async Task AssertFitsAsync(BrowserPage browser, string label)
    {
        var folder = Environment.GetEnvironmentVariable("PGNOTIFY_SCREENSHOTS") is { Length: > 0 } given
            ? given
            : Path.Combine(TestContext.CurrentContext.WorkDirectory, "screenshots");
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await browser.Page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            foreach (var width in s_widths)
            {
                await browser.Page.SetViewportSizeAsync(width, 800);
                var picture = Path.Combine(folder, string.Create(
                    CultureInfo.InvariantCulture, $"{label}-{width}-{(scheme == ColorScheme.Dark ? "dark" : "light")}.png"));
                await browser.Page.ScreenshotAsync(new() { Path = picture, FullPage = true });
                TestContext.AddTestAttachment(picture);

                Assert.That(await browser.Page.EvaluateAsync<string[]>(Misfits), Is.Empty, $"{width} pixels, {picture}");
            }
        }
    }
}
