using Rx.PgNotify.Sql;
using Rx.PgNotify.Tables.Sql;

namespace Rx.PgNotify.Tables.CatchUp;

/// <summary>The SQL that makes a table fit for catching up, and the SQL that takes all of it away.</summary>
static class CatchUpScript
{
    internal static string Install(CatchUpNames names) => Install(names, Mark(names).Statement);

    internal static InstallationMark Mark(CatchUpNames names) =>
        new(Install(names, mark: ""), [names.Table, names.Tombstones], names.Functions, ReadsTables: true);

    // As the table's owner, whoever runs it: a deletion trigger that ran as a superuser would do for the table's owner what
    // he makes of the table afterwards, and what somebody else has put under one of the names is refused.
    // The column first: adding it locks the table, so whatever follows finds no writer and no second installation.
    static string Install(CatchUpNames names, string mark) =>
        $"""
        -- Run it in one transaction. Running it again does no harm.

        {Body("DO", $"""
            BEGIN
            {SqlNameCheck.Statement(names.Given)}    PERFORM set_config('catch_up.former_role', current_setting('role'), true), set_config('role', (
                    SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = {SqlText.Literal(names.Table)}::regclass), true);
            {SqlOwner.Statement(names.Table, names.Functions, names.Tombstones)}END
            """)};

        -- Which transaction wrote the row. Rows that are there already get this one, without being rewritten.
        ALTER TABLE {names.Table} ADD COLUMN IF NOT EXISTS {CatchUpNames.Stamp} xid8 NOT NULL DEFAULT pg_current_xact_id();
        CREATE INDEX IF NOT EXISTS {names.TableIndex} ON {names.Table} ({CatchUpNames.Stamp});

        -- The keys of deleted rows, each with the oldest transaction that was open then; and as a mark, without a key, the
        -- newest stamp that was purged.
        CREATE TABLE IF NOT EXISTS {names.Tombstones} AS SELECT {names.Key()}, {CatchUpNames.Stamp} FROM {names.Table} WITH NO DATA;
        ALTER TABLE {names.Tombstones}
            ALTER COLUMN {CatchUpNames.Stamp} SET NOT NULL,
            ALTER COLUMN {CatchUpNames.Stamp} SET DEFAULT pg_current_xact_id(),
            ADD COLUMN IF NOT EXISTS catch_up_deleted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            ADD COLUMN IF NOT EXISTS catch_up_horizon xid8 NOT NULL DEFAULT pg_snapshot_xmin(pg_current_snapshot()),
            ADD COLUMN IF NOT EXISTS catch_up_is_mark boolean NOT NULL DEFAULT false;
        ALTER TABLE {names.Tombstones} -- where they are there already
            ALTER COLUMN catch_up_deleted_at SET DEFAULT clock_timestamp(),
            ALTER COLUMN catch_up_horizon SET DEFAULT pg_snapshot_xmin(pg_current_snapshot()),
            ALTER COLUMN catch_up_is_mark SET DEFAULT false;
        ALTER TABLE {names.Tombstones} REPLICA IDENTITY FULL; -- a publication of all tables would else refuse changes
        CREATE INDEX IF NOT EXISTS {names.TombstonesIndex} ON {names.Tombstones} (catch_up_is_mark, {CatchUpNames.Stamp});

        {Body("DO", $"""
            #variable_conflict use_column
            BEGIN
                IF NOT {SqlKey.IsUnique($"{SqlText.Literal(names.Table)}::regclass", SqlText.Array(names.KeyNames))}
                THEN
                    RAISE EXCEPTION 'The columns of the key are {SqlKey.Requirement}.' USING ERRCODE = 'invalid_table_definition';
                END IF;
                -- An installation with another key has another table.
                PERFORM {names.Key()} FROM {names.Tombstones} WHERE false;
                -- Stamps from the future come from the cluster where a dump was made.
                UPDATE {names.Table} SET {CatchUpNames.Stamp} = DEFAULT
                    WHERE {CatchUpNames.Stamp} >= pg_snapshot_xmax(pg_current_snapshot()) AND {CatchUpNames.Stamp} <> pg_current_xact_id();
                UPDATE {names.Tombstones} SET {CatchUpNames.Stamp} = DEFAULT, catch_up_horizon = DEFAULT
                    WHERE {CatchUpNames.Stamp} >= pg_snapshot_xmax(pg_current_snapshot()) AND {CatchUpNames.Stamp} <> pg_current_xact_id();
            END
            """)};

        {Function(names.StampFunction, "", "trigger", "INVOKER", $"""
            BEGIN
                NEW.{CatchUpNames.Stamp} := pg_current_xact_id();
                RETURN NEW;
            END
            """)};
        CREATE OR REPLACE TRIGGER catch_up_stamp BEFORE INSERT OR UPDATE ON {names.Table}
            FOR EACH ROW EXECUTE FUNCTION {names.StampFunction}();

        -- As the table's owner: who may delete a row needs no right to the table of deleted ones. Row security that is forced
        -- upon the owner too is an error here: it would hide rows that TRUNCATE removes.
        {Function(names.DeleteFunction, "", "trigger", "DEFINER SET row_security = off", $"""
            #variable_conflict use_column
            BEGIN
                IF TG_OP <> 'TRUNCATE' THEN
                    INSERT INTO {names.Tombstones} ({names.Key()}) VALUES ({names.Key("OLD.")});
                ELSIF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
                    -- It would remove rows that this snapshot doesn't show.
                    RAISE EXCEPTION 'TRUNCATE of a table with catch-up needs READ COMMITTED.' USING ERRCODE = 'invalid_transaction_state';
                ELSE
                    INSERT INTO {names.Tombstones} ({names.Key()}) SELECT {names.Key()} FROM {names.Table};
                END IF;
                RETURN NULL;
            END
            """)};
        REVOKE ALL ON FUNCTION {names.DeleteFunction}() FROM PUBLIC;
        CREATE OR REPLACE TRIGGER catch_up_delete AFTER DELETE ON {names.Table}
            FOR EACH ROW EXECUTE FUNCTION {names.DeleteFunction}();
        CREATE OR REPLACE TRIGGER catch_up_change_key AFTER UPDATE ON {names.Table}
            FOR EACH ROW WHEN (({names.Key("OLD.")}) IS DISTINCT FROM ({names.Key("NEW.")})) EXECUTE FUNCTION {names.DeleteFunction}();
        CREATE OR REPLACE TRIGGER catch_up_truncate BEFORE TRUNCATE ON {names.Table}
            FOR EACH STATEMENT EXECUTE FUNCTION {names.DeleteFunction}();

        -- Also for what logical replication applies, and with session_replication_role = replica.
        ALTER TABLE {names.Table}
            ENABLE ALWAYS TRIGGER catch_up_stamp, ENABLE ALWAYS TRIGGER catch_up_delete,
            ENABLE ALWAYS TRIGGER catch_up_change_key, ENABLE ALWAYS TRIGGER catch_up_truncate;

        -- Forgets what was older than all open transactions when a deletion was made that is old enough itself: whoever has
        -- seen that one, however long ago, has seen all of these. The mark refuses cursors that may not have.
        {Function(names.PurgeFunction, "older_than interval", "bigint", "INVOKER", $"""
            #variable_conflict use_variable
            DECLARE
                age_limit timestamptz := clock_timestamp() - older_than;
                horizon xid8;
                newest xid8;
                purged bigint;
            BEGIN
                SELECT catch_up_horizon INTO horizon FROM {names.Tombstones}
                    WHERE NOT catch_up_is_mark AND catch_up_deleted_at <= age_limit
                    ORDER BY catch_up_horizon DESC LIMIT 1;
                WITH gone AS (
                    DELETE FROM {names.Tombstones}
                    WHERE NOT catch_up_is_mark AND catch_up_deleted_at <= age_limit AND {CatchUpNames.Stamp} < horizon
                    RETURNING {CatchUpNames.Stamp})
                SELECT (SELECT count(*) FROM gone), (SELECT {CatchUpNames.Stamp} FROM gone ORDER BY {CatchUpNames.Stamp} DESC LIMIT 1)
                    INTO purged, newest;
                IF purged > 0 THEN
                    DELETE FROM {names.Tombstones} WHERE catch_up_is_mark AND {CatchUpNames.Stamp} <= newest;
                    INSERT INTO {names.Tombstones} ({CatchUpNames.Stamp}, catch_up_is_mark) VALUES (newest, true);
                END IF;
                RETURN purged;
            END
            """)};

        {Body("DO", $"""
            BEGIN
                IF current_user <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = {SqlText.Literal(names.Table)}::regclass) THEN
                    RAISE EXCEPTION 'Run this in one transaction.' USING ERRCODE = 'no_active_sql_transaction';
                END IF;
            {mark}    PERFORM set_config('role', current_setting('catch_up.former_role'), true);
            END
            """)};

        """;

    internal static string Remove(CatchUpNames names) =>
        $"""
        -- Run it in one transaction. Running it again does no harm.
        {SqlLock.IfExists(names.Table, names.Functions, names.Tombstones)}
        DROP TRIGGER IF EXISTS catch_up_stamp ON {names.Table};
        DROP TRIGGER IF EXISTS catch_up_delete ON {names.Table};
        DROP TRIGGER IF EXISTS catch_up_change_key ON {names.Table};
        DROP TRIGGER IF EXISTS catch_up_truncate ON {names.Table};
        DROP FUNCTION IF EXISTS {names.StampFunction}();
        DROP FUNCTION IF EXISTS {names.DeleteFunction}();
        DROP FUNCTION IF EXISTS {names.PurgeFunction}(interval);
        DROP TABLE IF EXISTS {names.Tombstones};
        ALTER TABLE IF EXISTS {names.Table} DROP COLUMN IF EXISTS {CatchUpNames.Stamp};

        """;

    static string Function(string name, string arguments, string result, string security, string body) => Body(
        $"""
        CREATE OR REPLACE FUNCTION {name}({arguments}) RETURNS {result} LANGUAGE plpgsql
            SECURITY {security} SET search_path = pg_catalog, pg_temp AS
        """,
        body);

    // A quoted name may hold anything, also what looks like the end of the body.
    static string Body(string head, string body)
    {
        var tag = "$body$";
        for (var i = 0; body.Contains(tag, StringComparison.Ordinal); i++)
            tag = $"$body{i}$";
        return $"{head} {tag}\n{body}\n{tag}";
    }
}
