using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Sending;

[Parallelizable(ParallelScope.All)]
public class TransactionTests
{
    [Test]
    public async Task Rollback_SendsNothing()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var connection = await TestServer.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await connection.NotifyAsync(arrivals.Channel, "taken back");
            await transaction.RollbackAsync();
        }

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await connection.NotifyAsync(arrivals.Channel, "committed");
            await transaction.CommitAsync();
        }

        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "committed" }));
    }

    [Test]
    public async Task RollbackToASavepoint_SendsNothingFromIt()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var connection = await TestServer.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.NotifyAsync(arrivals.Channel, "before");
        await transaction.SaveAsync("here");
        await connection.NotifyAsync(arrivals.Channel, "taken back");
        await transaction.RollbackAsync("here");
        await connection.NotifyAsync(arrivals.Channel, "after");
        Assert.That(await arrivals.PayloadsAsync(), Is.Empty, "nothing leaves before the commit");
        await transaction.CommitAsync();

        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "before", "after" }));
    }

    [Test]
    public async Task AddNotify_JoinsTheTransactionOfTheBatch()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var failing = TestServer.DataSource.CreateBatch();
        failing.AddNotify(arrivals.Channel, "of a batch that fails");
        failing.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 1 / 0"));
        Assert.That(async () => await failing.ExecuteNonQueryAsync(), Throws.InstanceOf<PostgresException>());

        await using var batch = TestServer.DataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 1"));
        batch.AddNotify(arrivals.Channel, "first");
        batch.AddNotify(arrivals.Channel);
        await batch.ExecuteNonQueryAsync();

        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "first", "" }));
    }
}
