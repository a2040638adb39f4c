using System.Globalization;
using Spectre.Console;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>Changes and comments in colours on a terminal. Not thread-safe: one caller at a time.</summary>
/// <param name="console">The terminal.</param>
/// <param name="comments">Where comments go instead, if that is somewhere else.</param>
/// <param name="key">The columns that identify a row.</param>
/// <param name="clock">The time of the lines.</param>
sealed class ChangeTerminal(IAnsiConsole console, TextWriter? comments, IReadOnlyList<string> key, TimeProvider clock)
{
    static readonly Style s_faint = new(Color.Grey);
    static readonly Style s_comment = new(Color.Blue);
    static readonly Style s_trouble = new(Color.Yellow);
    static readonly Style s_insert = new(Color.Green);
    static readonly Style s_update = new(Color.Yellow);
    static readonly Style s_delete = new(Color.Red);

    internal void Write(WatchEvent item)
    {
        var now = clock.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        if (WatchComment.Of(item) is { } comment)
        {
            if (comments is null)
                console.Write(new Text($"# {now} {comment}\n", item is WatchEvent.Gap or WatchEvent.State { Value: ListenerState.Reconnecting } ? s_trouble : s_comment));
            else
                comments.WriteLine($"# {now} {comment}");
            return;
        }

        var operation = ChangeText.Operation(item);
        var line = new Paragraph().Append(now, s_faint).Append($"  {operation}", StyleOf(operation));
        foreach (var column in new[] { ChangeText.Key(item, key), ChangeText.Changes(item, key) })
        {
            var separator = "  ";
            foreach (var (text, tone) in column)
            {
                line.Append(separator + text, StyleOf(tone));
                separator = "";
            }
        }

        console.Write(line.Append("\n"));
    }

    static Style StyleOf(string operation) => operation switch
    {
        "insert" => s_insert,
        "update" => s_update,
        _ => s_delete,
    };

    static Style StyleOf(ChangeTone tone) => tone switch
    {
        ChangeTone.Name => new Style(Color.Aqua),
        ChangeTone.Present => s_insert,
        ChangeTone.Former => s_delete,
        ChangeTone.Remark => s_faint,
        _ => Style.Plain,
    };
}
