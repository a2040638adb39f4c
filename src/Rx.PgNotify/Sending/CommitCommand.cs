using Npgsql;
using Rx.PgNotify.Connections;

namespace Rx.PgNotify.Sending;

/// <summary>The SQL of any number of commits in one round trip: one follows the other, and a failure ends all that come after it.</summary>
static class CommitCommand
{
    // Notifications leave in the order of the arrays: pg_notify is volatile, so it is called in the order of the sorted subquery.
    const string Notify =
        "SELECT pg_catalog.count(pg_catalog.pg_notify(channel, payload)) FROM (SELECT channel, payload "
        + "FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) "
        + "WITH ORDINALITY AS item (channel, payload, number) ORDER BY number) AS item";

    const string Begin = "BEGIN";
    const string CommitAndBegin = "COMMIT AND CHAIN";
    const string Commit = "COMMIT";

    internal static NpgsqlBatch Create(PhysicalConnection connection, List<List<PendingSend>> commits)
    {
        // Without error barriers between them: the commits after one that failed would then be made, and overtake it.
        var batch = connection.CreateBatch();
        for (var i = 0; i < commits.Count; i++)
        {
            // A single statement is a transaction by itself.
            if (commits.Count > 1 && i == 0)
                batch.BatchCommands.Add(new NpgsqlBatchCommand(Begin));
            batch.BatchCommands.Add(NotifyCommand(commits[i]));
            if (commits.Count > 1)
                batch.BatchCommands.Add(new NpgsqlBatchCommand(i < commits.Count - 1 ? CommitAndBegin : Commit));
        }

        return batch;
    }

    /// <summary>All the statements that <see cref="Create"/> may use, to be prepared.</summary>
    internal static NpgsqlBatch CreateTemplate(PhysicalConnection connection) => Create(connection, [[], [], []]);

    /// <summary>How many commits of a batch that failed were made all the same.</summary>
    internal static int CountCommitted(NpgsqlBatch batch)
    {
        // Npgsql sets the type when it reads CommandComplete, which the server sends for a COMMIT only after the commit.
        var count = 0;
        foreach (NpgsqlBatchCommand command in batch.BatchCommands)
        {
            if (command.StatementType == StatementType.Unknown)
                break;
            if (command.CommandText is Commit or CommitAndBegin)
                count++;
        }

        return count;
    }

    static NpgsqlBatchCommand NotifyCommand(List<PendingSend> sends) => new(Notify)
    {
        Parameters =
        {
            new NpgsqlParameter<List<string>> { TypedValue = sends.ConvertAll(send => send.Channel) },
            new NpgsqlParameter<List<string>> { TypedValue = sends.ConvertAll(send => send.Payload) },
        },
    };
}
