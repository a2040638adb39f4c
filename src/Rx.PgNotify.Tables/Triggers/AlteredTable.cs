using System.Globalization;
using Rx.PgNotify.Sql;
using Rx.PgNotify.Tables.Sql;

namespace Rx.PgNotify.Tables.Triggers;

/// <summary>
/// The part of a trigger function that notices that the table is no longer what the function was written for, so that it
/// would report a wrong value (a virtual generated column reads as null in a trigger) or take rows for the same that aren't.
/// </summary>
static class AlteredTable
{
    // NUL is in no name: these stand for what is found out when the script runs.
    internal const string KnownKey = "\0known key\0";
    internal const string KnownColumns = "\0known columns\0";

    internal static string Variables(TableTriggerOptions options) =>
        $"    altered boolean := false;{(options.RowLevel ? "\n    intact  text;" : "")}";

    internal static string Statements(TableTrigger trigger) => trigger.ValidOptions switch
    {
        { RowLevel: true } => OnceInATransaction(trigger),
        { ReportsRows: true } => Look(trigger.ValidOptions, indent: 4),
        _ => $"    IF TG_OP = 'UPDATE' THEN\n{Look(trigger.ValidOptions, indent: 8)}\n    END IF;",
    };

    /// <summary>The part of the script that looks at what a function of all columns has to know.</summary>
    internal const string Install = $"""
            -- the columns that are there, and those of them that have values: virtual ones have none in triggers
            all_columns := 'r.*';
            IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = target AND attgenerated = 'v') THEN
                all_columns := (
                    SELECT string_agg(format('r.%I', attname), ', ' ORDER BY attnum) FROM pg_attribute
                    WHERE attrelid = target AND {SqlColumns.HasValue} AND {CatchUpStamp.IsOther});
                known_columns := (SELECT {Stored} FROM pg_attribute WHERE attrelid = target);
            END IF;
        """;

    static string Look(TableTriggerOptions options, int indent)
    {
        string[] lines =
        [
            "-- whether the table was altered since, so that its rows can't be reported any more",
            "BEGIN",
            "    altered :=",
            $"        {string.Join($"\n{new string(' ', indent)}        OR ", Conditions(options))};",
            "EXCEPTION WHEN others OR assert_failure THEN",
            "    altered := true;",
            "END;",
        ];
        return string.Join('\n', lines.Select(line => new string(' ', indent) + line));
    }

    // Looking takes as long as all the rest. While a table is written to nobody else can alter it, and whatever this
    // transaction alters itself changes pg_attribute, a key too, which the statistics count.
    static string OnceInATransaction(TableTrigger trigger) => $"""
            intact := concat_ws(' ', TG_RELID, pg_stat_get_xact_tuples_inserted('pg_attribute'::regclass),
                pg_stat_get_xact_tuples_updated('pg_attribute'::regclass), pg_stat_get_xact_tuples_deleted('pg_attribute'::regclass));
            IF current_setting('{trigger.Names.Setting}', true) IS DISTINCT FROM intact OR current_setting('track_counts') = 'off' THEN
        {Look(trigger.ValidOptions, indent: 8)}
                IF NOT altered THEN
                    PERFORM set_config('{trigger.Names.Setting}', intact, true);
                END IF;
            END IF;
        """;

    // Columns are numbered in a row. The catalogs are read in the transaction's snapshot, which may be older than a column
    // that rows have already; what privileges are looked up in is not.
    static IEnumerable<string> Conditions(TableTriggerOptions options)
    {
        var named = (options.RowLevel ? options.Columns.Concat(options.KeyColumns) : options.NamedColumns).Distinct(StringComparer.Ordinal).ToArray();
        string?[] ofColumns =
        [
            "(SELECT has_column_privilege(TG_RELID, (max(attnum) + 1)::smallint, 'SELECT') IS NOT NULL",
            named.Length == 0 ? null : string.Create(
                CultureInfo.InvariantCulture,
                $"OR count(*) FILTER (WHERE attname = ANY ({SqlText.Array(named)}) AND {SqlColumns.HasValue}) <> {named.Length}"),
            options.Payload != TriggerPayload.Rows ? null :
                $"OR CASE WHEN {KnownColumns}::text[] IS NULL THEN count(*) FILTER (WHERE attgenerated = 'v') > 0 ELSE {Stored} <> {KnownColumns}::text[] END",
            "FROM pg_attribute WHERE attrelid = TG_RELID AND attnum > 0)",
        ];
        yield return string.Join("\n                ", ofColumns.OfType<string>());

        // Of triggers of rows a key that is given need not be unique.
        if (options.KeyColumns.Count == 0)
            yield return $"{KnownKey}::text[] IS NOT NULL AND NOT {SqlKey.IsPrimary("TG_RELID", $"{KnownKey}::text[]")}";
        else if (!options.RowLevel)
            yield return $"NOT {SqlKey.IsUnique("TG_RELID", SqlText.Array(options.KeyColumns))}";
    }

    const string Stored = $"array_agg(attname::text ORDER BY attname) FILTER (WHERE {SqlColumns.HasValue} AND {CatchUpStamp.IsOther})";
}
