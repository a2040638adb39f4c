using System.Data;
using Npgsql;
using NpgsqlTypes;

namespace Rx.PgNotify.Tables.CatchUp;

/// <summary>Reads in one snapshot what is new in a table, and the cursor that says so.</summary>
sealed class CatchUpQuery<T>(CatchUpNames names, Func<NpgsqlDataReader, T> readRow, Func<NpgsqlDataReader, T>? readDeletedKey)
{
    // The same as NOT pg_visible_in_snapshot, but two ranges of the index, however long ago the oldest open transaction began.
    const string IsNew = $"({CatchUpNames.Stamp} >= $1 OR {CatchUpNames.Stamp} = ANY ($2))";

    internal async Task<CatchUpBatch<T>> RunAsync(NpgsqlDataSource dataSource, CatchUpCursor? cursor, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var batch = await ReadAsync(connection, cursor, cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return batch;
            }
        }
    }

    async Task<CatchUpBatch<T>> ReadAsync(NpgsqlConnection connection, CatchUpCursor? cursor, CancellationToken cancellationToken)
    {
        var commands = Commands(connection, cursor);
        await using (commands.ConfigureAwait(false))
        {
            var reader = await commands.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var head = CatchUpHead.Read(reader);
                head.Check(cursor);
                var rows = new List<T>();
                foreach (var read in readDeletedKey is null ? [readRow] : new[] { readDeletedKey, readRow })
                {
                    await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                        rows.Add(read(reader));
                }

                return new CatchUpBatch<T>(head.Cursor, rows);
            }
        }
    }

    // The locks come before the snapshot, which the first query takes: one from before a TRUNCATE, or an ALTER TABLE that
    // rewrites, would show an empty table.
    NpgsqlBatch Commands(NpgsqlConnection connection, CatchUpCursor? cursor)
    {
        var commands = new NpgsqlBatch(connection);
        commands.BatchCommands.Add(new NpgsqlBatchCommand($"LOCK TABLE {names.Table}, {names.Tombstones} IN ACCESS SHARE MODE"));
        commands.BatchCommands.Add(new NpgsqlBatchCommand(CatchUpHead.Text(names)));
        if (readDeletedKey is not null)
            commands.BatchCommands.Add(Since(
                $"""
                SELECT DISTINCT {names.Key()} FROM {names.Tombstones} AS deleted
                WHERE $3 AND NOT catch_up_is_mark AND {IsNew}
                    AND NOT EXISTS (SELECT FROM {names.Table} AS present WHERE ({names.Key("present.")}) = ({names.Key("deleted.")}))
                """,
                new NpgsqlParameter<bool> { TypedValue = cursor is not null }));
        commands.BatchCommands.Add(Since($"SELECT * FROM {names.Table} WHERE {IsNew}"));
        return commands;

        NpgsqlBatchCommand Since(string text, params ReadOnlySpan<NpgsqlParameter> more)
        {
            var state = cursor?.State ?? PgSnapshot.BeforeAll;
            var command = new NpgsqlBatchCommand(text);
            command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = state.Xmax, NpgsqlDbType = NpgsqlDbType.Xid8 });
            command.Parameters.Add(new NpgsqlParameter<ulong[]> { TypedValue = state.Running, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid8 });
            foreach (var parameter in more)
                command.Parameters.Add(parameter);
            return command;
        }
    }
}
