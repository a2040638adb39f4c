using Spectre.Console;

namespace Rx.PgNotify.Tool.Top;

/// <summary>Lines that are drawn anew in their place on a terminal.</summary>
sealed class TopScreen(IAnsiConsole console)
{
    static readonly Dictionary<TopTone, Style> s_styles = new()
    {
        [TopTone.Plain] = Style.Plain,
        [TopTone.Heading] = new Style(Color.Aqua, decoration: Decoration.Bold),
        [TopTone.Faint] = new Style(Color.Grey),
        [TopTone.Warning] = new Style(Color.Yellow),
        [TopTone.Problem] = new Style(Color.Red),
    };

    /// <summary>Draws what <paramref name="run"/> gives it, until that ends; the last picture stays.</summary>
    internal Task RunAsync(Func<Action<IEnumerable<(string Text, TopTone Tone)>>, Task> run)
    {
        Fit();
        return console.Live(Text.Empty)
            .Overflow(VerticalOverflow.Crop)
            .Cropping(VerticalOverflowCropping.Bottom)
            .StartAsync(live => run(lines =>
            {
                Fit();
                live.UpdateTarget(Picture(lines));
            }));
    }

    Rows Picture(IEnumerable<(string Text, TopTone Tone)> lines) => new(lines.Select(Line));

    // A line that wrapped would push the others away, and one without any character is none.
    Text Line((string Text, TopTone Tone) line)
    {
        var width = console.Profile.Width;
        var text = line.Text.Length <= width ? line.Text.PadRight(1) : $"{line.Text[..(width - 1)]}…";
        return new Text(text, s_styles[line.Tone]) { Overflow = Overflow.Crop };
    }

    // The window's size may have changed, and is 0 where nobody knows it.
    void Fit()
    {
        var (width, height) = (Console.WindowWidth, Console.WindowHeight);
        console.Profile.Width = width > 0 ? width : 80;
        console.Profile.Height = height > 0 ? height : 24;
    }
}
