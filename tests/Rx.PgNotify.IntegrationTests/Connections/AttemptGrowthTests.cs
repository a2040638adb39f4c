using System.Globalization;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>
/// Nothing grows with the number of attempts to connect, nor with that of listeners. In a process of its own, whose heap is not that of other tests.
/// </summary>
[LongTest, Parallelizable(ParallelScope.All)]
public class AttemptGrowthTests
{
    // The last ones may still be on somebody's stack.
    const int MostTokens = 5;

    // A seventh of what 500 tokens alone would take.
    const long MostBytes = 300_000;

    [Test]
    public async Task FiveHundredAttemptsWithFreshTokens_LeaveNoPoolNoMetricPointAndNoToken([Values] ClientKind kind)
    {
        await using var program = ChildProgram.Start(
            "attempts", ("ATTEMPTS_CONNECTION", TestServer.ConnectionString), ("ATTEMPTS_CLIENT", $"{kind}"));
        var before = await ReadAsync(program, "before");
        var after = await ReadAsync(program, "after");
        await TestContext.Out.WriteLineAsync(
            $"metric points {before.Points} to {after.Points}, heap {before.Bytes:N0} to {after.Bytes:N0} bytes, tokens {after.Tokens}");
        Assert.That(await program.WaitForExitAsync(), Is.Zero);

        Assert.That(after.Points, Is.EqualTo(before.Points), "metric points");
        Assert.That(after.Tokens, Is.LessThanOrEqualTo(MostTokens), "tokens in memory");
        Assert.That(after.Bytes - before.Bytes, Is.LessThan(MostBytes), "bytes");
    }

    [Test]
    public async Task ListenersAndNotifiersOfTwoHosts_MadeAgainAndAgain_LeaveNoMetricPoint()
    {
        await using var program = ChildProgram.Start("listeners", ("LISTENERS_CONNECTION", TestServer.ConnectionString));
        var early = await program.ReadLineAsync();
        var late = await program.ReadLineAsync();
        Assert.That(await program.WaitForExitAsync(), Is.Zero, await program.Errors);

        Assert.That(late, Is.EqualTo(early).And.Not.Null, "metric points");
    }

    static async Task<(int Points, long Bytes, int Tokens)> ReadAsync(ChildProgram program, string when)
    {
        var line = await program.ReadLineAsync() ?? throw new InvalidOperationException(await program.Errors);
        var words = line.Split(' ');
        Assert.That(words[0], Is.EqualTo(when), line);
        return (
            int.Parse(words[1], CultureInfo.InvariantCulture),
            long.Parse(words[2], CultureInfo.InvariantCulture),
            int.Parse(words[3], CultureInfo.InvariantCulture));
    }
}
