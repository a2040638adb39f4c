using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.CatchUp;

/// <summary>
/// A table whose rows have a version from a sequence, in the order in which they are written, and a log that keeps which
/// versions were committed.
/// </summary>
sealed class VersionedTable
{
    const int HotRows = 300;

    readonly string _name;

    VersionedTable(string name)
    {
        _name = name;
        Table = new CatchUpTable(name, "id");
    }

    public CatchUpTable Table { get; }

    public string Channel => _name;

    public static async Task<VersionedTable> CreateAsync()
    {
        var name = UniqueChannel.Name("t");
        await using var command = TestServer.DataSource.CreateCommand($"""
            CREATE SEQUENCE {name}_versions;
            CREATE TABLE {name} (id bigint PRIMARY KEY, version bigint NOT NULL);
            CREATE TABLE {name}_log (version bigint PRIMARY KEY);
            CREATE FUNCTION {name}_notify() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN PERFORM pg_notify('{name}', ''); RETURN NULL; END $f$;
            CREATE TRIGGER notify AFTER INSERT OR UPDATE OR DELETE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION {name}_notify();
            """);
        await command.ExecuteNonQueryAsync();
        var table = new VersionedTable(name);
        await table.Table.InstallAsync(TestServer.DataSource);
        return table;
    }

    /// <summary>Transactions of a few steps with pauses in between, some with savepoints, some rolled back.</summary>
    public async Task WriteAsync(Random random, Func<bool> goOn)
    {
        await using var connection = await TestServer.DataSource.OpenConnectionAsync();
        while (goOn())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            // In ascending order, so that no two writers wait for each other.
            foreach (var id in Enumerable.Range(0, random.Next(1, 7)).Select(_ => random.Next(HotRows)).Distinct().Order())
            {
                var savepoint = random.Next(3) == 0;
                if (savepoint)
                    await transaction.SaveAsync("s");
                await ChangeAsync(transaction, id, random.Next(5));
                await PauseAsync(random);
                if (savepoint)
                    await (random.Next(2) == 0 ? transaction.RollbackAsync("s") : transaction.ReleaseAsync("s"));
            }

            await PauseAsync(random);
            await (random.Next(6) == 0 ? transaction.RollbackAsync() : transaction.CommitAsync());
        }
    }

    public async Task<string> ContentAsync()
    {
        await using var command = TestServer.DataSource.CreateCommand(
            $"SELECT coalesce(string_agg(id || '=' || version, ' ' ORDER BY id), '') FROM {_name}");
        return (string)(await command.ExecuteScalarAsync())!;
    }

    public async Task<HashSet<long>> CommittedAsync()
    {
        await using var command = TestServer.DataSource.CreateCommand($"SELECT array_agg(version) FROM {_name}_log");
        return [.. (long[])(await command.ExecuteScalarAsync())!];
    }

    // The lock makes the order of an id's versions that of their commits.
    async Task ChangeAsync(NpgsqlTransaction transaction, int id, int what)
    {
        var change = what switch
        {
            0 => $"DELETE FROM {_name} WHERE id = {id} RETURNING nextval('{_name}_versions') AS version",
            1 => $"INSERT INTO {_name} SELECT {HotRows} + v, v FROM nextval('{_name}_versions') AS v RETURNING version", // and stays as it is
            _ => $"INSERT INTO {_name} VALUES ({id}, nextval('{_name}_versions')) ON CONFLICT (id) DO UPDATE SET version = excluded.version RETURNING version",
        };
        await using var command = new NpgsqlCommand(
            $"SELECT pg_advisory_xact_lock(hashtext('{_name}'), {id}); WITH changed AS ({change}) INSERT INTO {_name}_log SELECT version FROM changed",
            transaction.Connection,
            transaction);
        await command.ExecuteNonQueryAsync();
    }

    static Task PauseAsync(Random random) => Task.Delay(random.Next(3) switch { 0 => 0, 1 => random.Next(5), _ => random.Next(60) });
}
