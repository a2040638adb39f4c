using Rx.PgNotify.Tables;

namespace SavedMessages;

/// <summary>Where the reader has got to. It is replaced as a whole, so that a crash leaves the former or the new one.</summary>
sealed class CursorFile(string path)
{
    internal CatchUpCursor? Read() => File.Exists(path) ? CatchUpCursor.Parse(File.ReadAllText(path)) : null;

    internal void Write(CatchUpCursor cursor)
    {
        var next = path + ".next";
        File.WriteAllText(next, cursor.ToString());
        File.Move(next, path, overwrite: true);
    }
}
