using Rx.PgNotify.Sql;
using Rx.PgNotify.Tables.Sql;

namespace Rx.PgNotify.Tables.Triggers;

/// <summary>The script that installs a table's triggers. One statement: all of it happens, or nothing.</summary>
/// <remarks>
/// What exists is replaced in place, under a lock that lets readers go on; what an earlier run made and is no longer
/// wanted is dropped, which does not.
/// </remarks>
static class TriggerScript
{
    internal static string Create(TableTrigger trigger) => Create(trigger, Mark(trigger).Statement);

    internal static InstallationMark Mark(TableTrigger trigger) =>
        new(Create(trigger, mark: ""), [trigger.Names.Table], [$"{trigger.Names.Function}()"]);

    static string Create(TableTrigger trigger, string mark)
    {
        string[] given = [trigger.Schema, trigger.Table, trigger.Channel, .. trigger.ValidOptions.NamedColumns];
        var script = SqlText.Mark("script", given);
        var function = SqlText.Mark("function", given);
        var body = TriggerFunction.Body(trigger);
        var needsKey = body.Contains('\0', StringComparison.Ordinal);
        string?[] parts =
        [
            $"""
            -- Notifies a channel of a table's changes. Run again it changes nothing, or brings it up to date: with other options,
            -- another primary key, an attached partition. For the table's owner; PostgreSQL 14 or newer.
            DO {script}
            DECLARE
                former_path pg_catalog.text := pg_catalog.current_setting('search_path');
                target      pg_catalog.regclass;
                relations   pg_catalog.regclass[];
                relation    pg_catalog.regclass;
                stale       record;
                missing     pg_catalog.text;
                body        pg_catalog.text;
            """,
            needsKey ? TriggerKey.Variables : null,
            $"""
            BEGIN
                PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
            {SqlNameCheck.Statement(given)}    target := {SqlText.Literal(trigger.Names.Table)}::regclass;
            {Checks(trigger)}
            """,
            needsKey ? TriggerKey.Statements(trigger.ValidOptions) : null,
            $"""

                body := {(needsKey ? "format(" : "")}{function}
            {(needsKey ? TriggerKey.AsFormat(body) : body)}
            {function}{(needsKey ? ", key, same_key, all_columns, key_size, reported_size, nullif(key_columns, '{}'), known_columns)" : "")};
            {SqlOwner.Statement(trigger.Names.Table, [$"{trigger.Names.Function}()"])}    EXECUTE {SqlText.Literal(FunctionHeader(trigger))} || quote_literal(body);
            {OwnerCheck(trigger)}
            {Triggers(trigger, "ARRAY[target]", TriggerEvent.Of(trigger).Where(e => e.IsOfRow))}{Triggers(trigger, "relations", TriggerEvent.Of(trigger).Where(e => !e.IsOfRow))}
                -- what an earlier run made, and this one doesn't
                FOR stale IN
                    SELECT tgname AS name, tgrelid::regclass AS relation FROM pg_trigger
                    WHERE tgfoid = {SqlText.Literal($"{trigger.Names.Function}()")}::regprocedure AND tgparentid = 0
                        AND pg_has_role((SELECT relowner FROM pg_class WHERE oid = tgrelid), 'USAGE')
                        AND NOT (tgrelid = ANY (relations::oid[])
                            AND tgname = ANY ({SqlText.Array(TriggerEvent.Of(trigger).Select(e => e.Name))}))
                LOOP
                    EXECUTE format('DROP TRIGGER %I ON %s', stale.name, stale.relation);
                END LOOP;
            {mark}    PERFORM set_config('search_path', former_path, true);
            END {script};

            """,
        ];
        return string.Join('\n', parts.OfType<string>());
    }

    /// <summary>The triggers depend on the function and go with it, wherever they are.</summary>
    internal static string Drop(TableTrigger trigger) =>
        $"{SqlLock.IfExists(trigger.Names.Table, [$"{trigger.Names.Function}()"])}\nDROP FUNCTION IF EXISTS {trigger.Names.Function}() CASCADE;\n";

    // A statement fires the triggers of the table it names, whichever partitions its rows are in: so all of them have
    // them. A partition that is itself named here would miss what is written through its parent.
    static string Checks(TableTrigger trigger)
    {
        var options = trigger.ValidOptions;
        string?[] checks =
        [
            """
                IF NOT EXISTS (SELECT FROM pg_class WHERE oid = target AND relkind IN ('r', 'p')) THEN
                    RAISE wrong_object_type USING MESSAGE = format('%s is not a table', target);
                END IF;
            """,
            options.RowLevel ? null : """
                IF EXISTS (SELECT FROM pg_class WHERE oid = target AND relispartition) THEN
                    RAISE wrong_object_type USING
                        MESSAGE = format('%s is a partition: name the partitioned table, or ask for a trigger of rows', target);
                END IF;
            """,
            !options.NamedColumns.Any() ? null : $"""
                missing := (
                    SELECT string_agg(DISTINCT quote_ident(named.name), ', ') FROM unnest({SqlText.Array(options.NamedColumns)}) AS named (name)
                    WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = target AND attname = named.name AND {SqlColumns.HasValue}));
                IF missing IS NOT NULL THEN
                    RAISE undefined_column USING MESSAGE = format('%s has no stored column %s', target, missing);
                END IF;
            """,
            $"""
                -- keeps writers and other runs of this away, not readers
                LOCK TABLE {trigger.Names.Table} IN SHARE ROW EXCLUSIVE MODE;
                relations := ARRAY(SELECT target UNION SELECT relid FROM pg_partition_tree(target));
            """,
            options.RowLevel ? null : """
                IF EXISTS (SELECT FROM pg_class WHERE oid = ANY (relations::oid[]) AND relkind = 'f') THEN
                    RAISE wrong_object_type USING MESSAGE = format('%s has foreign partitions: ask for a trigger of rows', target);
                END IF;
            """,
        ];
        return string.Join('\n', checks.OfType<string>());
    }

    // Replacing a function, as a superuser can, leaves it to its owner. Looked at any earlier, it could still come into being; and the
    // version written here is one that every snapshot of this transaction shows.
    static string OwnerCheck(TableTrigger trigger) => $"""
            IF NOT EXISTS (
                SELECT FROM pg_proc JOIN pg_roles AS owner ON owner.oid = proowner JOIN pg_class AS t ON t.oid = target
                WHERE pg_proc.oid = {SqlText.Literal($"{trigger.Names.Function}()")}::regprocedure
                    AND (owner.oid = t.relowner OR owner.rolname = current_user OR owner.rolsuper)) THEN
                RAISE insufficient_privilege USING
                    MESSAGE = {SqlText.Literal($"somebody else than the table's owner owns {trigger.Names.Function}() and could change what it does: drop it first")};
            END IF;
        """;

    // The planner takes a transition table to be always as large as at the first call: a nested loop over rows of one
    // small update would take hours for a large one. And what looks at the catalogs must not be planned at each call: that
    // takes several times as long as the look.
    static string FunctionHeader(TableTrigger trigger) =>
        $"CREATE OR REPLACE FUNCTION {trigger.Names.Function}() RETURNS trigger LANGUAGE plpgsql "
        + $"SET search_path = pg_catalog, pg_temp {(TriggerFunction.IsFiltered(trigger.ValidOptions) ? "SET enable_nestloop = off " : "")}"
        + $"{(TriggerFunction.CanBeAltered(trigger.ValidOptions) ? "SET plan_cache_mode = force_generic_plan " : "")}AS ";

    // PostgreSQL itself gives a trigger of rows to all partitions.
    static string Triggers(TableTrigger trigger, string relations, IEnumerable<TriggerEvent> events)
    {
        var statements = events.SelectMany(e => e.Statements(trigger)).Select(statement => $"        EXECUTE {statement};\n").ToArray();
        return statements.Length == 0 ? "" : $"""

                FOREACH relation IN ARRAY {relations} LOOP
            {string.Concat(statements)}    END LOOP;

            """;
    }
}
