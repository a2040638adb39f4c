using Npgsql;
using Rx.PgNotify.Tables;

namespace SavedMessages;

/// <summary>Users, the messages they save, and the trigger that wakes readers.</summary>
sealed class MessagesTable(NpgsqlDataSource database)
{
    internal const string Channel = "messages";
    static readonly CatchUpTable s_messages = new("messages", key: "id");

    // The lock lets two samples start at the same moment; the statements are one transaction.
    internal async Task CreateIfMissingAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            SELECT pg_advisory_xact_lock(hashtext('SavedMessages'));
            CREATE TABLE IF NOT EXISTS users (
                name text PRIMARY KEY
            );
            CREATE TABLE IF NOT EXISTS messages (
                id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                sender text NOT NULL REFERENCES users,
                body   text NOT NULL
            );
            CREATE OR REPLACE FUNCTION notify_messages() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_notify('messages', '');
                RETURN NULL;
            END $$;
            CREATE OR REPLACE TRIGGER notify_messages AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON messages
                FOR EACH STATEMENT EXECUTE FUNCTION notify_messages();
            """);
        await command.ExecuteNonQueryAsync(cancellation);
        await s_messages.InstallAsync(database, cancellation);
    }

    /// <summary>Saves a message; the notification leaves with the commit, and without one nothing does.</summary>
    internal async Task<long> SaveAsync(string sender, string body, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            WITH known AS (INSERT INTO users (name) VALUES ($1) ON CONFLICT DO NOTHING)
            INSERT INTO messages (sender, body) VALUES ($1, $2) RETURNING id
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sender });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = body });
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    internal Task<CatchUpBatch<Change>> LoadAsync(CatchUpCursor? cursor, CancellationToken cancellation) => s_messages.LoadAsync(
        database,
        cursor,
        row => new Change(row.GetInt64(0), $"{row.GetString(1)}: {row.GetString(2)}"),
        key => new Change(key.GetInt64(0), "was taken back"),
        cancellation);
}
