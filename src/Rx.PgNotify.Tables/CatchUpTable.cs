using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Tables.CatchUp;
using Rx.PgNotify.Tables.Sql;

namespace Rx.PgNotify.Tables;

/// <summary>
/// A table whose changes can be read from a cursor on: the script that makes it fit for this, the load, and the purge of
/// what is kept about deleted rows.
/// </summary>
/// <remarks>
/// <para>
/// Needs PostgreSQL 14 or newer, and an ordinary or partitioned table with a key that is unique and not null. The exact
/// semantics, the price and the limits stand in the documentation of catching up. Immutable and thread-safe; connects
/// nowhere by itself.
/// </para>
/// <para>Names are taken as they are, in their upper and lower case, and quoted.</para>
/// </remarks>
public sealed class CatchUpTable
{
    readonly CatchUpNames _names;
    readonly Installation _installation;

    /// <summary>A table with a key of any number of columns. Connects nowhere.</summary>
    /// <param name="table">Its name, of 1 to 46 bytes of UTF-8: a table and functions are named after it.</param>
    /// <param name="key">The columns of its primary key, or of another unique and not null key; by them deletions are reported.</param>
    /// <param name="schema">Its schema; default <c>public</c>.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// A name is empty or too long, or has a character that no name can have; or the key has no column, or one twice.
    /// </exception>
    public CatchUpTable(string table, IEnumerable<string> key, string schema = "public")
    {
        _names = new CatchUpNames(table, key, schema);
        (Schema, Table) = (schema, table);
        InstallScript = CatchUpScript.Install(_names);
        RemoveScript = CatchUpScript.Remove(_names);
        _installation = new Installation(InstallScript, new CatchUpInstallation(_names).IsDoneAsync);
    }

    /// <summary>A table with a key of one column. Connects nowhere.</summary>
    /// <param name="table">Its name, of 1 to 46 bytes of UTF-8: a table and functions are named after it.</param>
    /// <param name="key">The column of its primary key, or of another unique and not null key; by it deletions are reported.</param>
    /// <param name="schema">Its schema; default <c>public</c>.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">A name is empty or too long, or has a character that no name can have.</exception>
    public CatchUpTable(string table, string key, string schema = "public")
        : this(table, [key], schema)
    {
    }

    /// <summary>The table's schema.</summary>
    public string Schema { get; }

    /// <summary>The table.</summary>
    public string Table { get; }

    /// <summary>The columns of its key, in the order of the constructor.</summary>
    public IReadOnlyList<string> Key => _names.KeyNames;

    /// <summary>What <see cref="InstallAsync(NpgsqlDataSource, CancellationToken)"/> runs, to read, or to run as a migration, in one transaction.</summary>
    public string InstallScript { get; }

    /// <summary>What <see cref="RemoveAsync(NpgsqlDataSource, CancellationToken)"/> runs.</summary>
    public string RemoveScript { get; }

    /// <summary>
    /// Adds a stamp to the rows, triggers that keep it, and a table of deleted keys. Where
    /// <see cref="IsInstalledAsync(NpgsqlDataSource, CancellationToken)"/> finds nothing left to do, it does nothing.
    /// </summary>
    /// <remarks>
    /// Otherwise one transaction, as the table's owner, which locks the table against everybody while it builds an index; a large
    /// table can have both beforehand, see the documentation of catching up.
    /// </remarks>
    /// <param name="dataSource">Where the table is; of several hosts the primary.</param>
    /// <param name="cancellationToken">Cancels it; nothing is left half-done.</param>
    /// <returns>Completes when it is installed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="dataSource"/> is bound to other hosts than the primary.</exception>
    /// <exception cref="NpgsqlException">The server could not be reached or refused; such as a key that is not unique.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The task fails with it.</exception>
    public Task InstallAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default) =>
        _installation.RunAsync(dataSource, cancellationToken);

    /// <summary>
    /// Runs <see cref="InstallScript"/> on an open connection, in its transaction if it has one, unless
    /// <see cref="IsInstalledAsync(NpgsqlConnection, CancellationToken)"/> finds nothing left to do.
    /// </summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="cancellationToken">Cancels it; nothing is left half-done.</param>
    /// <exception cref="ArgumentNullException"><paramref name="connection"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The connection is not open, or busy.</exception>
    /// <inheritdoc cref="InstallAsync(NpgsqlDataSource, CancellationToken)" path="/*[self::remarks or self::returns or (self::exception and not(contains(@cref,'Argument')))]"/>
    public Task InstallAsync(NpgsqlConnection connection, CancellationToken cancellationToken = default) =>
        _installation.RunAsync(connection, cancellationToken);

    /// <summary>
    /// Whether everything is there as <see cref="InstallScript"/> would make it, and no row has a stamp from another cluster.
    /// </summary>
    /// <param name="dataSource">Where the table is; of several hosts the primary.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>
    /// <see langword="false"/> if the installation would do anything, and on a standby. It may be <see langword="false"/> where all is in
    /// order, after a dump was restored for instance, but not the other way round.
    /// </returns>
    /// <remarks>
    /// Reads the catalogs, which waits for nobody; where those are in order also the newest stamps, for which its role needs <c>SELECT</c>
    /// on the table and on <c>catch_up_deleted_…</c>: without it the answer is <see langword="false"/>. Of what others have not committed
    /// yet, such as a removal, it sees nothing.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="dataSource"/> is bound to other hosts than the primary.</exception>
    /// <exception cref="NpgsqlException">The server could not be reached or refused.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The task fails with it.</exception>
    public Task<bool> IsInstalledAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default) =>
        _installation.IsDoneAsync(dataSource, cancellationToken);

    /// <param name="connection">An open connection.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <exception cref="ArgumentNullException"><paramref name="connection"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The connection is not open, or busy.</exception>
    /// <inheritdoc cref="IsInstalledAsync(NpgsqlDataSource, CancellationToken)" path="/*[self::summary or self::remarks or self::returns or (self::exception and not(contains(@cref,'Argument')))]"/>
    public Task<bool> IsInstalledAsync(NpgsqlConnection connection, CancellationToken cancellationToken = default) =>
        _installation.IsDoneAsync(connection, cancellationToken);

    /// <summary>Takes all of it away. Cursors are worthless from then on, also if it is installed again.</summary>
    /// <param name="dataSource">Where the table is; of several hosts the primary.</param>
    /// <param name="cancellationToken">Cancels it; nothing is left half-done.</param>
    /// <returns>Completes when it is removed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="dataSource"/> is bound to other hosts than the primary.</exception>
    /// <exception cref="NpgsqlException">The server could not be reached or refused.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The task fails with it.</exception>
    public Task RemoveAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default) =>
        SqlScript.RunAsync(dataSource, RemoveScript, cancellationToken);

    /// <summary>Runs <see cref="RemoveScript"/> on an open connection, in its transaction if it has one.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="cancellationToken">Cancels it; nothing is left half-done.</param>
    /// <exception cref="ArgumentNullException"><paramref name="connection"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The connection is not open, or busy.</exception>
    /// <inheritdoc cref="RemoveAsync(NpgsqlDataSource, CancellationToken)" path="/*[self::remarks or self::returns or (self::exception and not(contains(@cref,'Argument')))]"/>
    public Task RemoveAsync(NpgsqlConnection connection, CancellationToken cancellationToken = default) =>
        SqlScript.RunAsync(connection, RemoveScript, cancellationToken);

    /// <summary>
    /// Forgets deletions of long ago. A reader that lags so far behind that it may not have seen them gets a
    /// <see cref="CatchUpCursorException"/> with its next load, and has to start anew.
    /// </summary>
    /// <param name="dataSource">Where the table is; of several hosts the primary.</param>
    /// <param name="olderThan">How long ago, at the least; zero or more.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>How many were forgotten. The last ones stay, so that a reader to which all was reported is never refused.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="dataSource"/> is bound to other hosts than the primary.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="olderThan"/> is negative.</exception>
    /// <exception cref="NpgsqlException">The server could not be reached or refused.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The task fails with it.</exception>
    public Task<long> PurgeAsync(NpgsqlDataSource dataSource, TimeSpan olderThan, CancellationToken cancellationToken = default)
    {
        var primary = dataSource.ForPrimary();
        ArgumentOutOfRangeException.ThrowIfLessThan(olderThan, TimeSpan.Zero);
        return PurgeAsync(primary.CreateCommand($"SELECT {_names.PurgeFunction}($1)"), olderThan, cancellationToken);
    }

    static async Task<long> PurgeAsync(NpgsqlCommand command, TimeSpan olderThan, CancellationToken cancellationToken)
    {
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = olderThan });
            return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    /// <summary>
    /// Reads what was committed since a cursor: the rows that were inserted or updated, as they are now, and the keys that
    /// are gone. In one snapshot, which the batch's cursor is of.
    /// </summary>
    /// <remarks>
    /// Its role needs <c>SELECT</c> on the table and on <c>catch_up_deleted_…</c>. What it may not see for row security is
    /// not delivered. Works as the load of <c>CatchUp</c>, or by itself.
    /// </remarks>
    /// <typeparam name="T">What rows are read as.</typeparam>
    /// <param name="dataSource">Where the table is; of several hosts the primary, as a standby can't say what is missing.</param>
    /// <param name="cursor">Where to go on from; <see langword="null"/> for all that the table holds, and no deletions.</param>
    /// <param name="readRow">Reads a row, whose columns are those of the table, from the reader's current position.</param>
    /// <param name="readDeletedKey">
    /// Reads a key that no row has any more: its columns, in the order of the constructor. Default <see langword="null"/>:
    /// deletions are left out.
    /// </param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>The rows and the deleted keys, none if nothing is new, and the cursor for the next load.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="dataSource"/> or <paramref name="readRow"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="dataSource"/> is bound to other hosts than the primary.</exception>
    /// <exception cref="CatchUpCursorException">The cursor can't be gone on from.</exception>
    /// <exception cref="InvalidOperationException">
    /// The server is a standby; or the table was restored from another cluster, and needs <see cref="InstallAsync(NpgsqlDataSource, CancellationToken)"/> again.
    /// </exception>
    /// <exception cref="NpgsqlException">The server could not be reached or refused; such as a table without the installation.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The task fails with it.</exception>
    public Task<CatchUpBatch<T>> LoadAsync<T>(
        NpgsqlDataSource dataSource,
        CatchUpCursor? cursor,
        Func<NpgsqlDataReader, T> readRow,
        Func<NpgsqlDataReader, T>? readDeletedKey = null,
        CancellationToken cancellationToken = default)
    {
        var primary = dataSource.ForPrimary();
        ArgumentNullException.ThrowIfNull(readRow);
        return new CatchUpQuery<T>(_names, readRow, readDeletedKey).RunAsync(primary, cursor, cancellationToken);
    }

    /// <summary>For a log: schema and table.</summary>
    /// <returns>Such as <c>CatchUpTable(public.orders)</c>.</returns>
    public override string ToString() => $"{nameof(CatchUpTable)}({Schema}.{Table})";
}
