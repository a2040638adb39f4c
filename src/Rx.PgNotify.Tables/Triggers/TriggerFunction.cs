using System.Text.Encodings.Web;
using System.Text.Json;
using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Tables.Triggers;

/// <summary>The body, in PL/pgSQL, of the one function behind a table's triggers.</summary>
/// <remarks>
/// <para>
/// A trigger of statements calls its transition table <c>changed_rows</c>, for an update the new rows, and that of an
/// update's old ones <c>old_rows</c>.
/// </para>
/// <para>
/// A table's columns may have the names of these variables: in queries every column is qualified, and no variable is
/// used.
/// </para>
/// </remarks>
static class TriggerFunction
{
    // NUL is in no name: these stand for what is found out when the script runs.
    internal const string KeyColumns = "\0key\0";
    internal const string SameKey = "\0same\0";
    internal const string AllColumns = "\0all\0";
    internal const string KeySize = "\0key size\0";
    internal const string ReportedSize = "\0reported size\0";

    /// <summary>Whether the function itself leaves out updates; triggers of rows have a condition.</summary>
    internal static bool IsFiltered(TableTriggerOptions options) => options is { ColumnFilter.Count: > 0, RowLevel: false };

    /// <summary>Whether what it reports depends on the shape of the table.</summary>
    internal static bool CanBeAltered(TableTriggerOptions options) => options.ReportsRows || IsFiltered(options);

    internal static string Body(TableTrigger trigger)
    {
        var options = trigger.ValidOptions;
        var isBare = options.Payload == TriggerPayload.Bare;
        var isFiltered = IsFiltered(options);
        var canBeAltered = CanBeAltered(options);
        var channel = SqlText.Literal(trigger.Channel);
        string?[] parts =
        [
            "DECLARE",
            // COLLATE, because lower('INSERT') is something else in Turkish.
            $"    message text := {SqlText.Literal(Head(trigger))} || lower(TG_OP COLLATE \"C\") || '\"';",
            isBare ? null : Variables,
            canBeAltered ? AlteredTable.Variables(options) : null,
            options.ReportsRows ? ReportedRows.Variables(options) : null,
            "BEGIN",
            isBare ? null : Truncation(channel),
            isFiltered ? AlteredTable.Statements(trigger) : null,
            isFiltered ? Filter(options.ColumnFilter) : null,
            options.RowLevel ? null : isBare ? StopWithoutRows : CountRows,
            isBare ? null : Number,
            canBeAltered && !isFiltered ? AlteredTable.Statements(trigger) : null,
            options.ReportsRows ? ReportedRows.Statements(options) : null,
            $$"""
                PERFORM pg_notify({{channel}}, message || {{(canBeAltered ? "CASE WHEN altered THEN ',\"altered\":true}' ELSE '}' END" : "'}'")}});
                RETURN NULL;
            END
            """,
        ];
        return string.Join('\n', parts.OfType<string>());
    }

    /// <summary>The columns that are reported, of the row called <c>r</c>.</summary>
    internal static string ReportedColumns(TableTriggerOptions options) => options.Payload switch
    {
        TriggerPayload.Keys => KeyColumns,
        TriggerPayload.Rows => AllColumns,
        _ => string.Join(", ", options.Columns.Select(column => $"r.{SqlName.Quote(column)}")),
    };

    internal static string RowOf(string alias, IEnumerable<string> columns) =>
        $"ROW({string.Join(", ", columns.Select(column => $"{alias}.{SqlName.Quote(column)}"))})";

    static string Head(TableTrigger trigger) =>
        $"{{\"schema\":{Json(trigger.Schema)},\"table\":{Json(trigger.Table)},\"op\":\"";

    static string Json(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    const string Variables = """
            number bigint := coalesce(substring(current_setting('rx_pgnotify.seq', true) FROM '^[0-9]{1,15}$')::bigint, 0);
            row_count bigint := 1;
        """;

    // All triggers of a statement that truncates partitions send the same, which arrives as one.
    static string Truncation(string channel) => $$"""
            IF TG_OP = 'TRUNCATE' THEN
                PERFORM pg_notify({{channel}}, message || ',"seq":' || number || '}');
                RETURN NULL;
            END IF;
        """;

    // The first rows of both tables usually are the same ones: where one has changed, the others need no comparison.
    static string Filter(IReadOnlyList<string> columns) => $"""
            IF TG_OP = 'UPDATE' AND NOT altered THEN
                BEGIN
                    IF NOT EXISTS (
                        SELECT FROM (SELECT * FROM changed_rows LIMIT 100) AS n JOIN (SELECT * FROM old_rows LIMIT 100) AS o ON {SameKey}
                        WHERE record_image_ne({RowOf("n", columns)}, {RowOf("o", columns)}))
                    AND NOT EXISTS (
                        SELECT FROM changed_rows AS n WHERE NOT EXISTS (
                            SELECT FROM old_rows AS o WHERE {SameKey} AND record_image_eq({RowOf("n", columns)}, {RowOf("o", columns)}))) THEN
                        RETURN NULL;
                    END IF;
                EXCEPTION WHEN others OR assert_failure THEN
                    NULL; -- what can't be compared is reported
                END;
            END IF;
        """;

    const string StopWithoutRows = """
            IF TG_OP <> 'TRUNCATE' THEN
                IF NOT EXISTS (SELECT FROM changed_rows) THEN
                    RETURN NULL;
                END IF;
            END IF;
        """;

    const string CountRows = """
            SELECT count(*) INTO row_count FROM changed_rows;
            IF row_count = 0 THEN
                RETURN NULL;
            END IF;
        """;

    const string Number = """
            -- equal payloads of one transaction arrive as one: a number keeps these apart
            number := number + 1;
            PERFORM set_config('rx_pgnotify.seq', number::text, true);
            message := message || ',"seq":' || number || ',"count":' || row_count;
        """;
}
