using Npgsql;

namespace Rx.PgNotify.Connections;

/// <summary>
/// The time limits that a role, a database or the caller's data source brings along, and which would end a session that just listens:
/// they are lifted, and set back before the connection is given to somebody else.
/// </summary>
static class TimeLimits
{
    /// <summary>SQL that lifts them, in an expression whose value is what they were: an array of names and values in turn.</summary>
    // set_config is part of an expression that is evaluated for each row, after the old value was read; left(…, 0) drops its result.
    internal const string Lift =
        "ARRAY(SELECT pg_catalog.unnest(ARRAY[name, setting || pg_catalog.left(pg_catalog.set_config(name, '0', false), 0)]) "
        + "FROM pg_catalog.pg_settings WHERE setting <> '0' "
        + "AND name IN ('idle_session_timeout', 'statement_timeout', 'transaction_timeout', 'lock_timeout'))";

    /// <summary>Adds the statements that set them back.</summary>
    internal static void AddRestoring(NpgsqlBatch batch, string[] lifted)
    {
        for (var i = 0; i < lifted.Length; i += 2)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT pg_catalog.set_config($1, $2, false)")
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = lifted[i] },
                    new NpgsqlParameter<string> { TypedValue = lifted[i + 1] },
                },
            });
        }
    }
}
