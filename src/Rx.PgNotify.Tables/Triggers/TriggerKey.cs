using Rx.PgNotify.Sql;
using Rx.PgNotify.Tables.Sql;

namespace Rx.PgNotify.Tables.Triggers;

/// <summary>
/// The part of the script that finds out by which columns rows are distinguished, and which columns they have, and puts
/// them into the function's body.
/// </summary>
/// <remarks>
/// Into that of statements as lists of columns of <c>r</c>; into that of rows as JSON of it, because there only an
/// expression that takes <c>r</c> as a whole keeps up with columns that come and go.
/// </remarks>
static class TriggerKey
{
    static readonly string[] s_json = ["(SELECT row_to_json(t.*) FROM (SELECT ", ") AS t)"];

    internal const string Variables = """
            key_columns   pg_catalog.text[];
            key           pg_catalog.text;
            same_key      pg_catalog.text;
            all_columns   pg_catalog.text;
            known_columns pg_catalog.text[];
            key_size      pg_catalog.text;
            reported_size pg_catalog.text;
        """;

    internal static string Statements(TableTriggerOptions options)
    {
        string?[] parts =
        [
            $"""

                -- the columns that identify a row
                key_columns := {(options.KeyColumns.Count > 0 ? SqlText.Array(options.KeyColumns) : PrimaryKey)};
                key := (SELECT string_agg(format('r.%I', name), ', ') FROM unnest(key_columns) AS k (name));
                same_key := (SELECT string_agg(format('o.%1$I = n.%1$I', name), ' AND ') FROM unnest(key_columns) AS k (name));
            """,
            !IsKeyNeeded(options) ? null : """
                IF key IS NULL THEN
                    RAISE undefined_object USING MESSAGE = format('%s has no primary key: name the columns that identify a row (KeyColumns, --key)', target);
                END IF;
            """,
            options.KeyColumns.Count == 0 || options.RowLevel ? null : $"""
                IF NOT {SqlKey.IsUnique("target", "key_columns")} THEN
                    RAISE invalid_table_definition USING MESSAGE = format(
                        '%s: the columns of the key (KeyColumns, --key) are {SqlKey.Requirement}', target);
                END IF;
            """,
            AlteredTable.Install,
            !options.ReportsRows ? null : $"""
                -- what the values take where they are stored
                key_size := {SizeOf("cardinality(key_columns) = 0 AND " + IsReported(options) + " OR attname = ANY (key_columns)")};
                reported_size := {SizeOf(IsReported(options) + " OR attname = ANY (key_columns)")};
            """,
            !options.RowLevel ? null : $"""
                key := {SqlText.Literal(s_json[0])} || key || {SqlText.Literal(s_json[1])};
                all_columns := CASE all_columns WHEN 'r.*' THEN 'row_to_json(r.*)' ELSE {SqlText.Literal(s_json[0])} || all_columns || {SqlText.Literal(s_json[1])} END;
            """,
            IsKeyNeeded(options) ? null : $"    key := coalesce(key, {Reported(options)}); -- without a key, an updated row is a deleted and an inserted one",
        ];
        return string.Join('\n', parts.OfType<string>());
    }

    /// <summary>JSON of a list of columns.</summary>
    internal static string JsonOf(string columns) => $"{s_json[0]}{columns}{s_json[1]}";

    /// <summary>The body as a format string: what NUL encloses becomes a place for a variable.</summary>
    internal static string AsFormat(string body) => body
        .Replace("%", "%%", StringComparison.Ordinal)
        .Replace(TriggerFunction.KeyColumns, "%1$s", StringComparison.Ordinal)
        .Replace(TriggerFunction.SameKey, "%2$s", StringComparison.Ordinal)
        .Replace(TriggerFunction.AllColumns, "%3$s", StringComparison.Ordinal)
        .Replace(TriggerFunction.KeySize, "%4$s", StringComparison.Ordinal)
        .Replace(TriggerFunction.ReportedSize, "%5$s", StringComparison.Ordinal)
        .Replace(AlteredTable.KnownKey, "%6$L", StringComparison.Ordinal)
        .Replace(AlteredTable.KnownColumns, "%7$L", StringComparison.Ordinal);

    const string PrimaryKey = """
        ARRAY(
                SELECT attname::text FROM pg_index CROSS JOIN unnest(indkey) WITH ORDINALITY AS k (attnum, position)
                    JOIN pg_attribute AS a ON a.attrelid = indrelid AND a.attnum = k.attnum
                WHERE indrelid = target AND indisprimary AND position <= indnkeyatts ORDER BY position)
        """;

    static string IsReported(TableTriggerOptions options) => options.Payload switch
    {
        TriggerPayload.Keys => "false",
        TriggerPayload.Rows => "true",
        _ => $"attname = ANY ({SqlText.Array(options.Columns)})",
    };

    // Columns of a fixed size are never large.
    static string SizeOf(string columns) => $"""
        (
                SELECT concat_ws(' + ', '0::bigint', string_agg(format('coalesce(pg_column_size(r.%I), 0)', attname), ' + '))
                FROM pg_attribute
                WHERE attrelid = target AND {SqlColumns.HasValue} AND attlen = -1 AND ({columns}))
        """;

    static bool IsKeyNeeded(TableTriggerOptions options) =>
        options is { Payload: TriggerPayload.Keys } or { ColumnFilter.Count: > 0, RowLevel: false };

    static string Reported(TableTriggerOptions options)
    {
        if (options.Payload == TriggerPayload.Rows)
            return "all_columns";
        var columns = TriggerFunction.ReportedColumns(options);
        return SqlText.Literal(options.RowLevel ? JsonOf(columns) : columns);
    }
}
