using Npgsql;
using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Tables.CatchUp;

/// <summary>What a load finds out before it reads rows, in the snapshot in which it reads them.</summary>
/// <param name="Snapshot">What the rows are read in.</param>
/// <param name="Origin">Which table it is: server, database, table and installation. None of it survives a dump.</param>
/// <param name="IsInRecovery">Whether the server is a standby.</param>
/// <param name="NewestStamp">Of the rows, the tombstones and the mark; 0 if there are none.</param>
/// <param name="NewestPurged">The mark; 0 if nothing was purged yet.</param>
sealed record CatchUpHead(PgSnapshot Snapshot, string Origin, bool IsInRecovery, ulong NewestStamp, ulong NewestPurged)
{
    internal static string Text(CatchUpNames names) =>
        $"""
        SELECT pg_current_snapshot()::text,
            concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                (SELECT oid FROM pg_database WHERE datname = current_database()),
                {SqlText.Literal(names.Table)}::regclass::oid, {SqlText.Literal(names.Tombstones)}::regclass::oid),
            pg_is_in_recovery(),
            (SELECT {CatchUpNames.Stamp} FROM {names.Table} ORDER BY {CatchUpNames.Stamp} DESC LIMIT 1),
            (SELECT {CatchUpNames.Stamp} FROM {names.Tombstones} WHERE NOT catch_up_is_mark ORDER BY {CatchUpNames.Stamp} DESC LIMIT 1),
            (SELECT {CatchUpNames.Stamp} FROM {names.Tombstones} WHERE catch_up_is_mark ORDER BY {CatchUpNames.Stamp} DESC LIMIT 1)
        """;

    internal static CatchUpHead Read(NpgsqlDataReader reader)
    {
        _ = PgSnapshot.Read(reader.GetString(0), out var snapshot);
        var purged = Stamp(5);
        return new CatchUpHead(
            snapshot, reader.GetString(1), reader.GetBoolean(2), Math.Max(Math.Max(Stamp(3), Stamp(4)), purged), purged);

        ulong Stamp(int column) => reader.IsDBNull(column) ? 0 : reader.GetFieldValue<ulong>(column);
    }

    /// <summary>Throws if what is new since the cursor can't be reported.</summary>
    internal void Check(CatchUpCursor? cursor)
    {
        // A standby's snapshot leaves out which transactions run.
        if (IsInRecovery)
            throw new InvalidOperationException("The server is a standby, whose snapshots don't say enough: catch up from the primary.");
        if (NewestStamp >= Snapshot.Xmax)
            throw new InvalidOperationException(
                "The table has stamps from another cluster, as a restored dump has: run the installation script again.");
        if (cursor is null)
            return;
        if (cursor.Origin is { } origin && !string.Equals(origin, Origin, StringComparison.Ordinal))
            throw new CatchUpCursorException(
                "The cursor belongs to another table, to another installation on this one, or to the server from which it was restored.");
        if (!Snapshot.Includes(cursor.State))
            throw new CatchUpCursorException("The cursor has seen what this server has not: it was restored to an earlier time, or lost commits in a failover.");
        if (NewestPurged >= cursor.State.Xmin)
            throw new CatchUpCursorException("Deletions that this cursor may not have seen were purged.");
    }

    // Nothing above the newest stamp, because an id that left no trace there, such as one of a transaction that was
    // rolled back, is given out again after a crash; a commit that can be seen is on disk, and its id and all below with it.
    internal CatchUpCursor Cursor => CatchUpCursor.Of(Snapshot.UpTo(NewestStamp), Origin);
}
