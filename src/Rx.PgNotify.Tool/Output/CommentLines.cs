using System.Globalization;

namespace Rx.PgNotify.Tool.Output;

/// <summary>What is no notification, as comments on the error output, so that a pipe carries nothing but notifications.</summary>
sealed class CommentLines(TextWriter output, TimeProvider clock)
{
    /// <summary>Writes what happens to the line and to the streams.</summary>
    internal void Write(ListenEvent item) => Write(CommentText.Of(item)!);

    internal void Write(string text) =>
        output.WriteLine($"# {clock.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {text}");
}
