namespace Rx.PgNotify;

/// <summary>
/// The part of the script that finds out by which columns rows are told apart, and which columns they have, and puts
/// them into the function's body.
/// </summary>
static class TriggerKey
{
    internal const string Variables = """
            key_columns pg_catalog.text[];
            key         pg_catalog.text;
            same_key    pg_catalog.text;
            all_columns pg_catalog.text;
        """;

    internal static string Statements(TableTriggerOptions options) => $"""

            -- the columns that identify a row
            key_columns := {(options.KeyColumns.Count > 0 ? SqlText.Array(options.KeyColumns) : PrimaryKey)};
            key := (SELECT string_agg(format('r.%I', name), ', ') FROM unnest(key_columns) AS k (name));
            same_key := (SELECT string_agg(format('o.%1$I = n.%1$I', name), ' AND ') FROM unnest(key_columns) AS k (name));

            -- virtual columns have no values in triggers
            all_columns := 'r.*';
            IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = target AND attgenerated = 'v') THEN
                all_columns := (
                    SELECT string_agg(format('r.%I', attname), ', ' ORDER BY attnum) FROM pg_attribute
                    WHERE attrelid = target AND attnum > 0 AND NOT attisdropped AND attgenerated <> 'v');
            END IF;
        {WithoutKey(options)}
        """;

    // Rows are then told apart by all that is told of them: one that an update changed is deleted and inserted.
    static string WithoutKey(TableTriggerOptions options) => options switch
    {
        { Contents: TriggerContents.Keys } or { ColumnFilter.Count: > 0, RowLevel: false } => """
                IF key IS NULL THEN
                    RAISE undefined_object USING MESSAGE = format('%s has no primary key: name the columns that identify a row', target);
                END IF;
            """,
        { Contents: TriggerContents.Rows } => "    key := coalesce(key, all_columns);",
        _ => $"    key := coalesce(key, {SqlText.Literal(TriggerFunction.ToldColumns(options))});",
    };

    /// <summary>The body as a format string: what NUL encloses becomes a place for a variable.</summary>
    internal static string AsFormat(string body) => body
        .Replace("%", "%%", StringComparison.Ordinal)
        .Replace(TriggerFunction.KeyColumns, "%1$s", StringComparison.Ordinal)
        .Replace(TriggerFunction.SameKey, "%2$s", StringComparison.Ordinal)
        .Replace(TriggerFunction.AllColumns, "%3$s", StringComparison.Ordinal);

    const string PrimaryKey = """
        ARRAY(
        SELECT attname::text FROM pg_index CROSS JOIN unnest(indkey) WITH ORDINALITY AS k (attnum, position)
                    JOIN pg_attribute AS a ON a.attrelid = indrelid AND a.attnum = k.attnum
                WHERE indrelid = target AND indisprimary AND position <= indnkeyatts ORDER BY position)
        """;
}
