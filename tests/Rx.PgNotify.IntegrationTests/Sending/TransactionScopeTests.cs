using System.Transactions;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Sending;

/// <summary>Sends by a data source of several hosts, which joins the ambient transaction: on the primary, or not at all.</summary>
[Parallelizable(ParallelScope.All)]
public class TransactionScopeTests
{
    const int Times = 5;

    ReplicatedPair _pair = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _pair = await ReplicatedPair.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _pair.DisposeAsync();

    [Test]
    public async Task SendsOfOneScope_AreOneTransaction([Values] bool primaryFirst, [Values] bool isBalanced)
    {
        await using var hosts = NpgsqlDataSource.Create($"{_pair.InOrder(primaryFirst)};Load Balance Hosts={isBalanced}");
        await using var arrivals = await Arrivals.ListenAsync(_pair.Primary.ConnectionString);
        foreach (var outcome in new[] { "rolled back", "committed" })
        {
            using var scope = Begin();
            for (var i = 1; i <= Times; i++)
                await hosts.NotifyAsync(arrivals.Channel, $"{outcome} {i}");
            Assert.That(await PayloadsAsync(arrivals), Is.Empty, "nothing leaves before the commit");
            if (outcome == "committed")
                scope.Complete();
        }

        Assert.That(await PayloadsAsync(arrivals), Is.EqualTo(Enumerable.Range(1, Times).Select(i => $"committed {i}")));
    }

    [Test]
    public async Task ASend_JoinsTheTransactionOfAConnectionToThePrimaryThatWasClosedInTheScope()
    {
        await using var hosts = new NpgsqlDataSourceBuilder($"{_pair.ConnectionString};Load Balance Hosts=true").BuildMultiHost();
        await using var arrivals = await Arrivals.ListenAsync(_pair.Primary.ConnectionString);
        for (var i = 1; i <= Times; i++)
        {
            using var scope = Begin();
            await using (var connection = await hosts.OpenConnectionAsync(TargetSessionAttributes.Primary))
                await connection.NotifyAsync(arrivals.Channel, $"{i} by the connection");
            await hosts.NotifyAsync(arrivals.Channel, $"{i} by the data source");
            scope.Complete();
        }

        Assert.That(
            await PayloadsAsync(arrivals),
            Is.EqualTo(Enumerable.Range(1, Times).SelectMany(i => new[] { $"{i} by the connection", $"{i} by the data source" })));
    }

    [Test]
    public async Task ASend_InAScopeThatHasReadFromAStandby_IsLostWithTheScope()
    {
        await using var hosts = new NpgsqlDataSourceBuilder(_pair.ConnectionString).BuildMultiHost();
        await using var arrivals = await Arrivals.ListenAsync(_pair.Primary.ConnectionString);

        Assert.That(ReadAndSendAsync, Throws.InstanceOf<TransactionAbortedException>());
        Assert.That(await PayloadsAsync(arrivals), Is.Empty);

        async Task ReadAndSendAsync()
        {
            using var scope = Begin();
            await using (var connection = await hosts.OpenConnectionAsync(TargetSessionAttributes.Standby))
            {
                await using var read = new NpgsqlCommand("SELECT 1", connection);
                await read.ExecuteNonQueryAsync();
            }

            await hosts.NotifyAsync(arrivals.Channel, "of a transaction on two servers");
            scope.Complete();
        }
    }

    // The default, serializable, can't be had on a standby.
    static TransactionScope Begin() => new(
        TransactionScopeOption.Required,
        new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted },
        TransactionScopeAsyncFlowOption.Enabled);

    // Outside of the scope: what asks for them sends too.
    static async Task<IReadOnlyList<string>> PayloadsAsync(Arrivals arrivals)
    {
        using var outside = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        return await arrivals.PayloadsAsync();
    }
}
