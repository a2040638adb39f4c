using System.Globalization;
using System.Text;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>
/// Changes as columns between tabs on the output; what happens to the line and to the trigger as comments on the error output.
/// Not thread-safe: one caller at a time.
/// </summary>
sealed class ChangeLines(Stream output, CommentLines comments, IReadOnlyList<string> key, TimeProvider clock)
{
    internal void Write(WatchEvent item)
    {
        if (WatchComment.Of(item) is { } comment)
        {
            comments.Write(comment);
            return;
        }

        var now = clock.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        output.Write(Encoding.UTF8.GetBytes(
            $"{now}\t{ChangeText.Operation(item)}\t{Text(ChangeText.Key(item, key))}\t{Text(ChangeText.Changes(item, key))}\n"));
        output.Flush();
    }

    static string Text(IEnumerable<(string Text, ChangeTone Tone)> pieces) => string.Concat(pieces.Select(piece => piece.Text));
}
