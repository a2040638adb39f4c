using System.Globalization;
using Spectre.Console;

namespace Rx.PgNotify.Tool.Doctor;

/// <summary>The findings for people, on a screen of 80 columns.</summary>
sealed class TextReport(IAnsiConsole output) : IReport
{
    const int Width = 79;
    const int VerdictWidth = 9;
    const int CheckWidth = 12;
    const int Indent = VerdictWidth + CheckWidth;

    public void Begin(string target)
    {
        foreach (var line in Wrap($"Checking {target}", Width))
            output.Write(new Text($"{line}\n"));
        output.Write(new Text("\n"));
    }

    public void Add(Finding finding)
    {
        var (name, style) = Shown(finding.Verdict);
        Row(name, style, finding.Check, finding.Text);
        if (finding.Advice is { } advice)
            Row("", Style.Plain, "", advice);
    }

    public void End(IReadOnlyList<Finding> findings)
    {
        foreach (var check in Checks.InOrder.Except(findings.Select(finding => finding.Check), StringComparer.Ordinal))
            Row("-", Style.Plain, check, "not checked");
        output.Write(new Text($"\n{Conclusion(findings)}\n"));
    }

    static string Conclusion(IReadOnlyList<Finding> findings) =>
        (findings.Count(finding => finding.Verdict is Verdict.Problem), findings.Count(finding => finding.Verdict is Verdict.Warning)) switch
        {
            (0, 0) => "Healthy: notifications arrive.",
            (0, var warnings) => $"Notifications arrive, with {Number(warnings, "warning")}.",
            (var problems, _) => $"Not healthy: {Number(problems, "problem")}.",
        };

    void Row(string verdict, Style style, string check, string text)
    {
        foreach (var line in Wrap(text, Width - Indent))
        {
            output.Write(new Paragraph().Append($"{verdict,-VerdictWidth}", style).Append($"{check,-CheckWidth}{line}\n"));
            (verdict, check) = ("", "");
        }
    }

    static (string Name, Style Style) Shown(Verdict verdict) => verdict switch
    {
        Verdict.Ok => ("ok", new Style(Color.Green)),
        Verdict.Warning => ("WARNING", new Style(Color.Yellow)),
        _ => ("PROBLEM", new Style(Color.Red)),
    };

    static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ').SelectMany(word => word.Chunk(width)).Select(part => new string(part)))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length > 0 ? $"{line} {word}" : word;
        }

        yield return line;
    }

    static string Number(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
