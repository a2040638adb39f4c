using Npgsql;

namespace Rx.PgNotify.TestFixtures;

/// <summary>A database of each test's own, in which a sample runs.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class SampleFixture
{
    private protected string Database { get; } = UniqueChannel.Name("sample");

    private protected string Connection { get; private set; } = "";

    [SetUp]
    public async Task CreateDatabaseAsync()
    {
        await TestServer.Current.ExecuteAsync($"CREATE DATABASE {Database}");
        Connection = new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { Database = Database }.ConnectionString;
    }

    [TearDown]
    public Task DropDatabaseAsync() => TestServer.Current.ExecuteAsync($"DROP DATABASE {Database} WITH (FORCE)");

    private protected Task<object?> ExecuteAsync(string sql) => SqlExtensions.ExecuteAsync(Connection, sql);
}
