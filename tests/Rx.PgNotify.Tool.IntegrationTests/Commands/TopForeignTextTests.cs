using Npgsql;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>What sessions of other databases hold, as <c>top</c> sees it.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
sealed class TopForeignTextTests : ToolTest
{
    [Test]
    public async Task Top_BesideADatabaseInAnotherEncoding_ShowsItsSessionsAllTheSame()
    {
        await using var database = await EncodedDatabase.CreateAsync("LATIN1");
        await using var session = new NpgsqlConnection(database.ConnectionString);
        await session.OpenAsync();
        await new NpgsqlCommand("LISTEN \"größe\"", session).ExecuteNonQueryAsync();

        await using var tool = await ToolProcess.RunAsync(["top", "--connection", Connection]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output, Has.One.Match($"^ *{session.ProcessID}  listens +gr\uFFFD+e "), tool.ToString());
    }
}
