using System.Text.Json;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>Each event as JSON, one object a line. Not thread-safe: one caller at a time.</summary>
sealed class ChangeJson(JsonLines lines, IReadOnlyList<string> key, TimeProvider clock)
{
    internal void Write(WatchEvent item)
    {
        switch (item)
        {
            case WatchEvent.Row row:
                Line("change", json => Row(json, row));
                break;
            case WatchEvent.Statement statement:
                Line("change", json => Statement(json, statement));
                break;
            case WatchEvent.Watching { Table: var table }:
                Line("watching", json =>
                {
                    json.WriteString("schema"u8, table.Schema);
                    json.WriteString("table"u8, table.Name);
                    json.WriteStartArray("key"u8);
                    foreach (var column in table.Key)
                        json.WriteStringValue(column);
                    json.WriteEndArray();
                });
                break;
            case WatchEvent.Gap gap:
                foreach (var reason in ResyncNames.Of(gap.Reasons))
                {
                    Line("resync", json =>
                    {
                        json.WriteString("reason"u8, reason);
                        json.WriteNumber("dropped"u8, reason is ResyncNames.Overflow ? gap.Dropped : 0);
                    });
                }

                break;
            case WatchEvent.State state:
                lines.Write(new ListenEvent.State(state.Value));
                break;
            case WatchEvent.Notice notice:
                Line("notice", json => json.WriteString("text"u8, notice.Text));
                break;
        }
    }

    // The time last, as in the lines of listen.
    void Line(string type, Action<Utf8JsonWriter> members) => lines.Write(type, json =>
    {
        members(json);
        json.WriteString("time"u8, Timestamp.Now(clock));
    });

    void Row(Utf8JsonWriter json, WatchEvent.Row row)
    {
        json.WriteString("op"u8, row.Operation);
        var present = row.New ?? row.Old!.Value;
        var identifying = present.EnumerateObject().Where(column => row.IsKeyOnly || key.Contains(column.Name, StringComparer.Ordinal)).ToArray();
        if (identifying.Length > 0)
        {
            json.WriteStartObject("key"u8);
            foreach (var column in identifying)
                Value(json, column.Name, column.Value);
            json.WriteEndObject();
        }

        if (row.IsKeyOnly)
            return;
        if (row.Old is { } former)
            Value(json, "old", former);
        if (row.New is { } latest)
            Value(json, "new", latest);
        if (row is not { Old: not null, New: not null })
            return;
        json.WriteStartArray("changed"u8);
        foreach (var column in ChangeText.ChangedColumns(row))
            json.WriteStringValue(column);
        json.WriteEndArray();
    }

    static void Statement(Utf8JsonWriter json, WatchEvent.Statement statement)
    {
        json.WriteString("op"u8, statement.Operation);
        if (statement.Count is { } count)
            json.WriteNumber("count"u8, count);
        if (statement.IsAltered)
            json.WriteBoolean("altered"u8, true);
    }

    static void Value(Utf8JsonWriter json, string name, JsonElement value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(JsonText.OnOneLine(value), skipInputValidation: true);
    }
}
