namespace Rx.PgNotify.Benchmarks.Scaling.Report;

/// <summary>
/// The page that shows the curves: what stands there between <c>&lt;!-- scale NAME --&gt;</c> and <c>&lt;!-- end NAME --&gt;</c> is written
/// anew with each measurement, and the rest is left as it is.
/// </summary>
sealed class ReportPage(DirectoryInfo docs)
{
    public async Task WriteAsync(CurveReport report)
    {
        var image = $"images/scaling-{report.Name}.svg";
        Directory.CreateDirectory(Path.Combine(docs.FullName, "images"));
        await File.WriteAllTextAsync(Path.Combine(docs.FullName, image), report.Chart.ToSvg());
        await ReplaceAsync(report.Name, $"{report.Text}\n\n![{report.Chart.Title}]({image})\n\n{report.Table}");
    }

    async Task ReplaceAsync(string name, string text)
    {
        var path = Path.Combine(docs.FullName, "scaling.md");
        var (begin, end) = ($"<!-- scale {name} -->\n", $"<!-- end {name} -->");
        var page = await File.ReadAllTextAsync(path);
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        var to = page.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
            throw new InvalidOperationException($"{path} has no place for '{name}': {begin.TrimEnd()} and {end} are missing.");
        await File.WriteAllTextAsync(path, $"{page[..(from + begin.Length)]}\n{text}\n\n{page[to..]}");
    }
}
