using System.Text.Json;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>What <c>pgnotify watch</c> writes a line about. A closed set of cases.</summary>
abstract record WatchEvent
{
    WatchEvent()
    {
    }

    /// <summary>Whether it is a change, and no comment.</summary>
    internal bool IsChange => this is Row or Statement;

    /// <summary>A row that was inserted, updated or deleted.</summary>
    /// <param name="Operation">As in the payload.</param>
    /// <param name="Old">The row as it was; of an update that had no room, nothing.</param>
    /// <param name="New">The row as it is.</param>
    /// <param name="IsKeyOnly">Whether the rows of the statement had no room in a notification, so that this is the key.</param>
    internal sealed record Row(string Operation, JsonElement? Old, JsonElement? New, bool IsKeyOnly) : WatchEvent;

    /// <summary>A statement none of whose rows is reported: <c>TRUNCATE</c>, or one with too many.</summary>
    /// <param name="Operation">As in the payload.</param>
    /// <param name="Count">How many rows it changed, if that is known.</param>
    /// <param name="IsAltered">Whether the rows can't be reported because the table was altered.</param>
    internal sealed record Statement(string Operation, long? Count, bool IsAltered = false) : WatchEvent;

    /// <summary>The trigger is in place: from here on changes are seen.</summary>
    internal sealed record Watching(WatchedTable Table) : WatchEvent;

    /// <summary>Changes may be missing.</summary>
    internal sealed record Gap(ResyncReasons Reasons, long Dropped) : WatchEvent;

    /// <summary>What the listener is doing.</summary>
    internal sealed record State(ListenerState Value) : WatchEvent;

    /// <summary>A remark for people; safe to show.</summary>
    internal sealed record Notice(string Text) : WatchEvent;
}
