using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.CatchUp;

/// <summary>A table of a test's own, with the installation, and one reader of it.</summary>
sealed class ReadTable
{
    readonly NpgsqlDataSource _database;

    ReadTable(NpgsqlDataSource database, string name, string[] key)
    {
        _database = database;
        Name = name;
        Table = new CatchUpTable(name, key);
    }

    /// <summary>Lower case, so that it needs no quotes.</summary>
    public string Name { get; }

    public string Tombstones => $"catch_up_deleted_{Name}";

    public CatchUpTable Table { get; }

    public CatchUpCursor? Cursor { get; set; }

    /// <param name="columns">What stands between the parentheses of CREATE TABLE; more may follow after them.</param>
    /// <param name="key">By default <c>id</c>.</param>
    /// <param name="database">By default the shared server.</param>
    public static async Task<ReadTable> CreateAsync(
        string columns = "(id int PRIMARY KEY, value text)", string[]? key = null, NpgsqlDataSource? database = null)
    {
        var table = await CreateBareAsync(columns, key, database);
        await table.Table.InstallAsync(table._database);
        return table;
    }

    public static async Task<ReadTable> CreateBareAsync(
        string columns = "(id int PRIMARY KEY, value text)", string[]? key = null, NpgsqlDataSource? database = null)
    {
        var table = new ReadTable(database ?? TestServer.DataSource, UniqueChannel.Name("t"), key ?? ["id"]);
        await table.ExecuteAsync($"CREATE TABLE {table.Name} {columns}");
        return table;
    }

    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>A transaction on a connection of its own, which has run a statement.</summary>
    public async Task<NpgsqlTransaction> BeginAsync(string sql)
    {
        var connection = await _database.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await RunAsync(transaction, sql);
        return transaction;
    }

    public static async Task RunAsync(NpgsqlTransaction transaction, string sql)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task EndAsync(NpgsqlTransaction transaction, bool commit = true)
    {
        var connection = transaction.Connection!;
        await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
        await connection.DisposeAsync();
    }

    /// <summary>
    /// Loads what is new and moves on, by way of the cursor's text. <c>-1</c> is a deleted key; <c>1=a</c> a row, by all its
    /// columns but the stamp. Each kind in order.
    /// </summary>
    public async Task<string> ReadAsync()
    {
        var batch = await LoadAsync();
        Cursor = CatchUpCursor.Parse(batch.Cursor.ToString());
        var rows = batch.Rows.SkipWhile(IsDeletion).ToList();
        Assert.That(rows.Any(IsDeletion), Is.False, "the deletions come first");
        return string.Join(' ', batch.Rows.TakeWhile(IsDeletion).Order(StringComparer.Ordinal).Concat(rows.Order(StringComparer.Ordinal)));
    }

    public Task<CatchUpBatch<string>> LoadAsync() => Table.LoadAsync(_database, Cursor, Row, key => $"-{Row(key)}");

    public static string Row(NpgsqlDataReader reader) => string.Join('=', Enumerable.Range(0, reader.FieldCount)
        .Where(column => reader.GetName(column) != "catch_up_stamp")
        .Select(column => Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture)));

    static bool IsDeletion(string row) => row.StartsWith('-');
}
