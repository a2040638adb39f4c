using Npgsql;
using Rx.PgNotify.Sql;
using Rx.PgNotify.Tables.Sql;
using Rx.PgNotify.Tables.Triggers;

namespace Rx.PgNotify.Tables;

/// <summary>
/// Triggers that notify a channel of a table's changes: as a script to read, to keep among migrations and to run, or
/// installed and removed from here. What arrives, what it costs and who can see it stands in the
/// documentation of table changes.
/// </summary>
/// <remarks>
/// <para>
/// One notification for each statement that changed something, sent when its transaction commits. Of a partitioned table
/// all partitions get triggers, since a statement fires those of the table that it names; each reports the partitioned
/// table. After <c>ATTACH PARTITION</c> or <c>CREATE TABLE … PARTITION OF</c> install again.
/// </para>
/// <para>Immutable. One table may have several, of different channels.</para>
/// </remarks>
public sealed class TableTrigger
{
    /// <summary>Describes the triggers; nothing is connected to.</summary>
    /// <param name="table">
    /// The table: an ordinary one or a partitioned one, not a partition. Names are taken as they are, unquoted; case counts.
    /// </param>
    /// <param name="channel">Where to send: 1 to 63 bytes of UTF-8. Default <see langword="null"/>: the channel that is called like the table.</param>
    /// <param name="schema">The table's schema; default <c>public</c>.</param>
    /// <param name="options">What to report and when; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="table"/>, <paramref name="schema"/> or an option is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// A name is empty or too long, or has a character that no name can have; or an option is out of its range, or contradicts another.
    /// </exception>
    public TableTrigger(string table, string? channel = null, string schema = "public", TableTriggerOptions? options = null)
    {
        SqlName.Validate(schema, "A schema's name", nameof(schema));
        SqlName.Validate(table, "A table's name", nameof(table));
        channel ??= table;
        ChannelName.Validate(channel, nameof(channel));
        (Schema, Table, Channel) = (schema, table, channel);
        ValidOptions = (options ?? new TableTriggerOptions()).ValidatedCopy();
        Names = new TriggerNames(schema, table, channel);
    }

    /// <summary>The table's schema.</summary>
    public string Schema { get; }

    /// <summary>The table.</summary>
    public string Table { get; }

    /// <summary>The channel that is notified.</summary>
    public string Channel { get; }

    /// <summary>What is reported, and when. A copy at each call: a change of it has no effect here.</summary>
    public TableTriggerOptions Options => ValidOptions.ValidatedCopy();

    /// <summary>The ones that the scripts are written from. Nobody changes them.</summary>
    internal TableTriggerOptions ValidOptions { get; }

    internal TriggerNames Names { get; }

    /// <summary>
    /// The SQL that installs the triggers: one statement, to be run by the table's owner, who may create functions in its
    /// schema. Running it again does all of it again, and brings it up to date.
    /// </summary>
    public string InstallScript => TriggerScript.Create(this);

    /// <summary>The SQL that removes the triggers, if they are there, and their function.</summary>
    public string RemoveScript => TriggerScript.Drop(this);

    Installation Installation => new(InstallScript, TriggerScript.Mark(this).IsRightAsync);

    /// <summary>
    /// Runs <see cref="InstallScript"/> on a connection of the data source's, unless <see cref="IsInstalledAsync(NpgsqlDataSource, CancellationToken)"/>
    /// finds nothing left to do.
    /// </summary>
    /// <param name="dataSource">Where the table is; of several hosts the primary.</param>
    /// <param name="cancellationToken">Cancels the installation; nothing of it then remains.</param>
    /// <returns>Completes when they are installed.</returns>
    /// <exception cref="PostgresException">
    /// The server refused: there is no such table or column, no key where one is needed, or no right to do it.
    /// </exception>
    /// <exception cref="NpgsqlException">The server could not be reached.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="dataSource"/> is bound to other hosts than the primary.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The task fails with it.</exception>
    /// <remarks>
    /// Where something is left to do, it waits for the transactions that write to the table and keeps others from writing meanwhile.
    /// Readers go on, unless a trigger of an earlier installation has to go. Several programs may install at the same moment.
    /// </remarks>
    public Task InstallAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default) =>
        Installation.RunAsync(dataSource, cancellationToken);

    /// <summary>
    /// Runs <see cref="InstallScript"/> on an open connection, in its transaction if it has one, unless
    /// <see cref="IsInstalledAsync(NpgsqlConnection, CancellationToken)"/> finds nothing left to do.
    /// </summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="cancellationToken">Cancels the installation; nothing of it then remains.</param>
    /// <exception cref="ArgumentNullException"><paramref name="connection"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The connection is not open, or busy.</exception>
    /// <inheritdoc cref="InstallAsync(NpgsqlDataSource, CancellationToken)" path="/*[self::remarks or self::returns or (self::exception and not(contains(@cref,'Argument')))]"/>
    public Task InstallAsync(NpgsqlConnection connection, CancellationToken cancellationToken = default) =>
        Installation.RunAsync(connection, cancellationToken);

    /// <summary>
    /// Whether everything is there as <see cref="InstallScript"/> would make it: the function, every trigger of every partition,
    /// for the columns, the key and the owner that the table has now.
    /// </summary>
    /// <param name="dataSource">Where the table is; of several hosts the primary.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>
    /// <see langword="false"/> if the installation would do anything, and on a standby. It may be <see langword="false"/> where all is in
    /// order, after a dump was restored for instance, but not the other way round.
    /// </returns>
    /// <exception cref="NpgsqlException">The server could not be reached.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="dataSource"/> is bound to other hosts than the primary.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The task fails with it.</exception>
    /// <remarks>
    /// One round trip, which reads the catalogs: it locks nothing of the table and waits for nobody who does. Any role that may use the
    /// schema may ask.
    /// </remarks>
    public Task<bool> IsInstalledAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default) =>
        Installation.IsDoneAsync(dataSource, cancellationToken);

    /// <param name="connection">An open connection.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <exception cref="ArgumentNullException"><paramref name="connection"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The connection is not open, or busy.</exception>
    /// <inheritdoc cref="IsInstalledAsync(NpgsqlDataSource, CancellationToken)" path="/*[self::summary or self::remarks or self::returns or (self::exception and not(contains(@cref,'Argument')))]"/>
    public Task<bool> IsInstalledAsync(NpgsqlConnection connection, CancellationToken cancellationToken = default) =>
        Installation.IsDoneAsync(connection, cancellationToken);

    /// <summary>Runs <see cref="RemoveScript"/> on a connection of the data source's. What isn't there is no error.</summary>
    /// <param name="dataSource">Where the table is; of several hosts the primary.</param>
    /// <param name="cancellationToken">Cancels the removal; everything then remains.</param>
    /// <returns>Completes when they are removed.</returns>
    /// <exception cref="PostgresException">The server refused: there is no right to do it.</exception>
    /// <exception cref="NpgsqlException">The server could not be reached.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="dataSource"/> is bound to other hosts than the primary.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The task fails with it.</exception>
    /// <remarks>Waits for all transactions that use the table, readers too, and keeps others from using it meanwhile.</remarks>
    public Task RemoveAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default) =>
        SqlScript.RunAsync(dataSource, RemoveScript, cancellationToken);

    /// <summary>Runs <see cref="RemoveScript"/> on an open connection, in its transaction if it has one.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="cancellationToken">Cancels the removal; everything then remains.</param>
    /// <exception cref="ArgumentNullException"><paramref name="connection"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The connection is not open, or busy.</exception>
    /// <inheritdoc cref="RemoveAsync(NpgsqlDataSource, CancellationToken)" path="/*[self::remarks or self::returns or (self::exception and not(contains(@cref,'Argument')))]"/>
    public Task RemoveAsync(NpgsqlConnection connection, CancellationToken cancellationToken = default) =>
        SqlScript.RunAsync(connection, RemoveScript, cancellationToken);

    /// <summary>For a log: schema, table and channel.</summary>
    /// <returns>Such as <c>TableTrigger(public.orders, channel orders)</c>.</returns>
    public override string ToString() => $"{nameof(TableTrigger)}({Schema}.{Table}, channel {Channel})";
}
