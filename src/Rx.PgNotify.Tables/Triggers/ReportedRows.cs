namespace Rx.PgNotify.Tables.Triggers;

/// <summary>The part of a trigger function that puts rows into its message.</summary>
/// <remarks>
/// They are reported whole where they have room, else by their keys, else not at all. Nothing that a row contains, and no
/// column that was dropped, may fail the write: whatever fails here is caught, and nothing of the rows is reported. What they
/// take where they are stored, compressed and out of line, is looked at first, since expanding them takes time, memory
/// and temporary files in proportion.
/// </remarks>
static class ReportedRows
{
    // An entry has at least 24 bytes, and a comma: of more rows never all have room.
    const int MaxRows = 7_999 / 25;

    // Bytes as stored, of which no JSON that has room is left: only arrays of empty names and the like shrink as much.
    const int MaxStored = 65_536;

    internal static string Variables(TableTriggerOptions options) => $"""
            rows     text := '';
            keys     text := '';
            room     int;
            reported text;
        {(options.RowLevel ? RowVariables : StatementVariables)}
        """;

    internal static string Statements(TableTriggerOptions options) => $$"""
            room := 8000 - octet_length(message || ',"rows":[]}');
            <<stored>>
            DECLARE
                keys_fit boolean := true;
                new_fits boolean := true;
                old_fits boolean := true;
            BEGIN
                EXIT stored WHEN altered;
        {{(options.RowLevel ? OfRow(options) : OfStatement(options))}}
            EXCEPTION WHEN others OR assert_failure THEN
                rows := NULL;
                keys := NULL;
                altered := SQLSTATE IN ('42703', '42804'); -- undefined column, datatype mismatch
            END;
            message := message || CASE
                WHEN altered THEN ''
                WHEN octet_length(rows) <= room THEN ',"rows":[' || substr(rows, 2) || ']'
                WHEN octet_length(keys) <= room THEN ',"keys":[' || substr(keys, 2) || ']'
                ELSE ''
            END;
        """;

    const string StatementVariables = """
            op       text;
            entry    text;
            changes  refcursor;
            change   record;
        """;

    // An updated row is joined with its former self by the key. Where there is none of the same key, the key has
    // changed: that is reported as a deletion and an insertion.
    static string OfStatement(TableTriggerOptions options) => $$"""
                IF row_count <= {{MaxRows}} THEN
                    BEGIN
                        SELECT {{Fits("sum", TriggerFunction.KeySize)}}, {{Fits("sum", TriggerFunction.ReportedSize)}} INTO keys_fit, new_fits FROM changed_rows AS r;
                        IF TG_OP = 'UPDATE' THEN
                            SELECT stored.keys_fit AND {{Fits("sum", TriggerFunction.KeySize)}}, {{Fits("sum", TriggerFunction.ReportedSize)}} INTO keys_fit, old_fits FROM old_rows AS r;
                        END IF;
                    EXCEPTION WHEN others OR assert_failure THEN
                        NULL; -- a column was dropped or renamed
                    END;
                END IF;
                IF row_count > {{MaxRows}} OR NOT keys_fit THEN
                    rows := NULL;
                    keys := NULL;
                ELSE
                    IF NOT new_fits THEN
                        rows := NULL;
                    END IF;
                    IF TG_OP = 'UPDATE' THEN
                        OPEN changes FOR
                            SELECT CASE WHEN o.key IS NULL THEN 'insert' WHEN n.key IS NULL THEN 'delete' ELSE 'update' END AS op,
                                coalesce(n.key, o.key) AS key, coalesce(n.reported, o.reported) AS reported, o.reported AS old_reported
                            FROM (
                                SELECT {{Columns(options, "old_fits", 32)}}
                                FROM old_rows AS r) AS o
                            FULL JOIN (
                                SELECT {{Columns(options, "new_fits", 32)}}
                                FROM changed_rows AS r) AS n ON n.key = o.key
                            ORDER BY 1;
                    ELSE
                        OPEN changes FOR
                            SELECT NULL AS op, NULL::record AS old_reported,
                                {{Columns(options, "new_fits", 24)}}
                            FROM changed_rows AS r;
                    END IF;
                    LOOP
                        FETCH changes INTO change;
                        EXIT WHEN NOT FOUND;
                        op := coalesce(change.op, lower(TG_OP COLLATE "C"));
                        entry := ',{"op":"' || op || CASE op WHEN 'delete' THEN '","old":' ELSE '","new":' END;
                        IF octet_length(rows) <= room THEN
                            reported := row_to_json(change.reported);
        {{WithoutStamp(options, "reported", 20)}}                    rows := rows || entry || reported;
        {{(options.IncludeOld ? OldOfChange(options) : "")}}                    rows := rows || '}';
                        END IF;
                        keys := keys || entry || change.key || '}';
                        EXIT WHEN coalesce(octet_length(rows) > room, true) AND octet_length(keys) > room;
                    END LOOP;
                    CLOSE changes;
                END IF;
        """;

    static string OldOfChange(TableTriggerOptions options) => $"""
                            IF op = 'update' THEN
                                reported := row_to_json(change.old_reported);
        {WithoutStamp(options, "reported", 24)}                        rows := rows || ',"old":' || reported;
                            END IF;

        """;

    const string RowVariables = """
            r        record;
            old_key  text;
            new_key  text;
        """;

    // r.* is taken apart once for all in a session, so that a column that comes or goes would be missed, but not where
    // it is an argument.
    static string OfRow(TableTriggerOptions options) => $$"""
                BEGIN
                    IF TG_OP <> 'DELETE' THEN
                        r := NEW;
                        keys_fit := {{Fits("", TriggerFunction.KeySize)}};
                        new_fits := {{Fits("", TriggerFunction.ReportedSize)}};
                    END IF;
                    IF TG_OP <> 'INSERT' THEN
                        r := OLD;
                        keys_fit := keys_fit AND {{Fits("", TriggerFunction.KeySize)}};
                        old_fits := {{Fits("", TriggerFunction.ReportedSize)}};
                    END IF;
                EXCEPTION WHEN others OR assert_failure THEN
                    NULL; -- a column was dropped or renamed
                END;
                IF TG_OP <> 'INSERT' AND keys_fit THEN
                    r := OLD;
                    old_key := {{Json(TriggerFunction.KeyColumns)}};
        {{WithoutStamp(options, "old_key", 12)}}        END IF;
                IF TG_OP <> 'DELETE' AND keys_fit THEN
                    r := NEW;
                    new_key := {{Json(TriggerFunction.KeyColumns)}};
        {{WithoutStamp(options, "new_key", 12)}}        END IF;
                IF NOT keys_fit THEN
                    rows := NULL;
                    keys := NULL;
                ELSIF TG_OP = 'UPDATE' AND old_key = new_key THEN
        {{Reported(options, "new_fits")}}            rows := ',{"op":"update","new":' || reported;
        {{(options.IncludeOld ? OldOfRow(options) : "")}}            rows := rows || '}';
                    keys := ',{"op":"update","new":' || new_key || '}';
                ELSE
                    IF TG_OP <> 'INSERT' THEN
                        r := OLD;
        {{Reported(options, "old_fits", 16)}}                rows := rows || ',{"op":"delete","old":' || reported || '}';
                        keys := keys || ',{"op":"delete","old":' || old_key || '}';
                    END IF;
                    IF TG_OP <> 'DELETE' THEN
                        r := NEW;
        {{Reported(options, "new_fits", 16)}}                rows := rows || ',{"op":"insert","new":' || reported || '}';
                        keys := keys || ',{"op":"insert","new":' || new_key || '}';
                    END IF;
                END IF;
        """;

    static string OldOfRow(TableTriggerOptions options) => $"""
                    r := OLD;
        {Reported(options, "old_fits")}            rows := rows || ',"old":' || reported;

        """;

    static string Reported(TableTriggerOptions options, string fits, int indent = 12) =>
        $"{new string(' ', indent)}reported := CASE WHEN {fits} THEN {Json(TriggerFunction.ReportedColumns(options))} END;\n"
        + WithoutStamp(options, "reported", indent);

    static string WithoutStamp(TableTriggerOptions options, string json, int indent) =>
        options.Payload == TriggerPayload.Rows ? CatchUpStamp.RemoveFrom(json, indent) : "";

    // What the script fills in is JSON already.
    static string Json(string columns) => columns.StartsWith('\0') ? columns : TriggerKey.JsonOf(columns);

    // An alias alone, without the star, would be the column of that name where there is one. The key becomes text at
    // once, since JSON can't be compared; the row later, if it is wanted at all.
    static string Columns(TableTriggerOptions options, string fits, int indent) =>
        $"{Key(options)} AS key,\n{new string(' ', indent)}"
        + $"CASE WHEN stored.{fits} THEN (SELECT (t.*)::record FROM (SELECT {TriggerFunction.ReportedColumns(options)}) AS t) END AS reported";

    // Where a table has no key, that is the whole row.
    static string Key(TableTriggerOptions options)
    {
        var whole = $"row_to_json(k.*)::text AS whole FROM (SELECT {TriggerFunction.KeyColumns}) AS k";
        return options.Payload == TriggerPayload.Rows
            ? $"(SELECT {CatchUpStamp.RemovedFrom("j.whole")} FROM (SELECT {whole}) AS j)"
            : $"(SELECT {whole})";
    }

    static string Fits(string aggregate, string size) => $"{aggregate}({size}) <= {MaxStored}";
}
