using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rx.PgNotify.Tool.Watching.Web;

/// <summary>
/// What the page shows, as JSON: the same words as on a terminal, in pieces with what each is. (A script that parsed the rows
/// themselves would round numbers of more than 15 digits.) Not thread-safe: one caller at a time.
/// </summary>
sealed class PageEvents(WatchedTable table, TimeProvider clock)
{
    static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    bool _isWatching;
    ListenerState? _state;

    /// <summary>Whether it changes how things stand, of which the latest word is enough.</summary>
    internal static bool IsStatus(WatchEvent item) => item is WatchEvent.State or WatchEvent.Watching;

    internal string Write(WatchEvent item)
    {
        _isWatching |= item is WatchEvent.Watching;
        _state = item is WatchEvent.State { Value: var state } ? state : _state;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            if (IsStatus(item))
                Status(json);
            else if (item.IsChange)
                Change(json, item);
            else
                Note(json, item);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    void Status(Utf8JsonWriter json)
    {
        var (kind, text) = _state switch
        {
            ListenerState.Reconnecting => ("lost", "The line to PostgreSQL is lost. Reconnecting…"),
            ListenerState.Listening when _isWatching => ("live", "Live: each change is shown as it comes"),
            _ => ("waiting", "Connecting, and installing the trigger…"),
        };
        json.WriteString("type"u8, "status"u8);
        json.WriteString("table"u8, table.ToString());
        json.WriteString("kind"u8, kind);
        json.WriteString("text"u8, text);
    }

    void Change(Utf8JsonWriter json, WatchEvent item)
    {
        json.WriteString("type"u8, "change"u8);
        json.WriteString("time"u8, clock.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture));
        json.WriteString("op"u8, ChangeText.Operation(item));
        Pieces(json, "key", ChangeText.Key(item, table.Key));
        Pieces(json, "changes", ChangeText.Changes(item, table.Key));
    }

    static void Note(Utf8JsonWriter json, WatchEvent item)
    {
        json.WriteString("type"u8, "note"u8);
        json.WriteString("kind"u8, item is WatchEvent.Gap ? "gap" : "");
        json.WriteString("text"u8, WatchComment.Of(item));
    }

    static void Pieces(Utf8JsonWriter json, string name, IEnumerable<(string Text, ChangeTone Tone)> pieces)
    {
        json.WriteStartArray(name);
        foreach (var (text, tone) in pieces)
        {
            json.WriteStartArray();
            json.WriteStringValue(text);
            json.WriteStringValue(tone.ToString().ToLowerInvariant());
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
