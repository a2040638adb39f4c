using System.CommandLine;
using System.Globalization;
using Rx.PgNotify.Benchmarks.Scaling.Curves;
using Rx.PgNotify.Benchmarks.Scaling.Report;

namespace Rx.PgNotify.Benchmarks.Scaling;

/// <summary><c>scale</c>: how it all grows, as tables and charts.</summary>
static class ScaleCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("curve")
        {
            Description = $"Which ones: {string.Join(", ", Curve.All.Select(curve => curve.Name))}. All of them if none is named",
            Arity = ArgumentArity.ZeroOrMore,
        };
        names.AcceptOnlyFromAmong([.. Curve.All.Select(curve => curve.Name)]);
        var seconds = Number("--seconds", "How long each measurement lasts", preset: 3, most: 3_600);
        var rounds = Number("--rounds", "How often each is repeated; the median counts", preset: 3, most: 1_000);
        var docs = new Option<DirectoryInfo?>("--docs")
        {
            Description = "The folder of the documentation, whose scaling.md and images are brought up to date",
            HelpName = "FOLDER",
        };

        var command = new Command("scale", "Measure how costs grow with listeners, channels, subscribers, payloads and writes") { names, seconds, rounds, docs };
        command.SetAction(async (parsed, _) =>
        {
#if DEBUG
            await Console.Error.WriteLineAsync("This is a Debug build: the figures mean nothing. Use -c Release.");
#endif
            var options = new ScaleOptions(parsed.GetValue(seconds), parsed.GetValue(rounds));
            var page = parsed.GetValue(docs) is { } folder ? new ReportPage(folder) : null;
            foreach (var curve in Curve.All.Where(curve => parsed.GetValue(names) is not { Length: > 0 } some || some.Contains(curve.Name)))
            {
                var report = await curve.MeasureAsync(options);
                Console.WriteLine($"## {report.Chart.Title}\n\n{report.Text}\n\n{report.Table}\n");
                if (page is not null)
                    await page.WriteAsync(report);
            }
        });
        return command;
    }

    static Option<int> Number(string name, string description, int preset, int most) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => preset,
        Validators =
        {
            result =>
            {
                if (result.Tokens is [var token] && !(int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most))
                    result.AddError($"{name} takes a whole number from 1 to {most}.");
            },
        },
    };
}
