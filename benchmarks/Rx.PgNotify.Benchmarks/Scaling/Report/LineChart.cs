using System.Globalization;
using System.Security;
using System.Text;

namespace Rx.PgNotify.Benchmarks.Scaling.Report;

/// <summary>Lines over two axes, as an SVG without a background whose colours suit a light page and a dark one.</summary>
sealed class LineChart(string title, ChartAxis x, ChartAxis y, params IReadOnlyList<ChartSeries> series)
{
    const int Width = 760;
    const int Height = 380;
    const int Left = 84;
    const int Right = 590;
    const int Top = 24;
    const int Bottom = 320;
    const int LineHeight = 17;

    // The lines differ by dashes too, for who can't tell the colours.
    const string Style = """
          <style>
            text { font: 13px system-ui, sans-serif; fill: #1f2328 }
            .grid { stroke: #d0d7de } .axis { stroke: #59636e }
            .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
            .s0 { stroke: #cf222e; color: #cf222e } .s1 { stroke: #0969da; color: #0969da } .s2 { stroke: #1a7f37; color: #1a7f37 } .s3 { stroke: #8250df; color: #8250df }
            .s1.line { stroke-dasharray: 8 4 } .s2.line { stroke-dasharray: 2 4 } .s3.line { stroke-dasharray: 10 4 2 4 }
            circle { fill: currentColor; stroke: none }
            @media (prefers-color-scheme: dark) {
              text { fill: #e6edf3 }
              .grid { stroke: #30363d } .axis { stroke: #9198a1 }
              .s0 { stroke: #ff7b72; color: #ff7b72 } .s1 { stroke: #58a6ff; color: #58a6ff } .s2 { stroke: #3fb950; color: #3fb950 } .s3 { stroke: #bc8cff; color: #bc8cff }
            }
          </style>
        """;

    readonly StringBuilder _svg = new();

    public string Title => title;

    public string ToSvg()
    {
        var across = x.Fit(series.SelectMany(line => line.Points.Select(point => point.X)), Left, Right);
        var up = y.Fit(series.SelectMany(line => line.Points.Select(point => point.Y)), Bottom, Top);
        _svg.Clear();
        Write($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" role="img">""");
        Write($"  <title>{SecurityElement.Escape(title)}</title>");
        _svg.Append(Style).Append('\n');
        DrawGrid(across, up);
        for (var i = 0; i < series.Count; i++)
            DrawLine(series[i], i, across, up);
        DrawNames(up);
        Write($"</svg>");
        return _svg.ToString();
    }

    void DrawGrid(ChartScale across, ChartScale up)
    {
        foreach (var tick in up.Ticks)
        {
            Write($"""  <line class="grid" x1="{Left}" x2="{Right}" y1="{up.At(tick):0.#}" y2="{up.At(tick):0.#}"/>""");
            Write($"""  <text x="{Left - 8}" y="{up.At(tick) + 4:0.#}" text-anchor="end">{tick:#,0.###}</text>""");
        }

        foreach (var tick in across.Ticks)
        {
            Write($"""  <line class="axis" x1="{across.At(tick):0.#}" x2="{across.At(tick):0.#}" y1="{Bottom}" y2="{Bottom + 5}"/>""");
            Write($"""  <text x="{across.At(tick):0.#}" y="{Bottom + 21}" text-anchor="middle">{tick:#,0.###}</text>""");
        }

        Write($"""  <line class="axis" x1="{Left}" x2="{Right}" y1="{Bottom}" y2="{Bottom}"/>""");
        Write($"""  <text x="{(Left + Right) / 2}" y="{Height - 14}" text-anchor="middle">{SecurityElement.Escape(x.Label)}</text>""");
        Write($"""  <text transform="translate(16 {(Top + Bottom) / 2}) rotate(-90)" text-anchor="middle">{SecurityElement.Escape(y.Label)}</text>""");
    }

    void DrawLine(ChartSeries line, int number, ChartScale across, ChartScale up)
    {
        var points = string.Join(' ', line.Points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{across.At(point.X):0.#},{up.At(point.Y):0.#}")));
        Write($"""  <polyline class="line s{number}" points="{points}"/>""");
        foreach (var point in line.Points)
            Write($"""  <circle class="s{number}" cx="{across.At(point.X):0.#}" cy="{up.At(point.Y):0.#}" r="3.5"/>""");
    }

    // At the ends of the lines, moved apart where those are close together.
    void DrawNames(ChartScale up)
    {
        var lowest = double.NegativeInfinity;
        foreach (var (line, number) in series.Select((line, number) => (line, number)).OrderBy(entry => up.At(entry.line.Points[^1].Y)))
        {
            lowest = Math.Max(lowest + LineHeight, up.At(line.Points[^1].Y));
            Write($"""  <line class="line s{number}" x1="{Right + 10}" x2="{Right + 34}" y1="{lowest:0.#}" y2="{lowest:0.#}"/>""");
            Write($"""  <text x="{Right + 40}" y="{lowest + 4:0.#}">{SecurityElement.Escape(line.Name)}</text>""");
        }
    }

    void Write(FormattableString line) => _svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
