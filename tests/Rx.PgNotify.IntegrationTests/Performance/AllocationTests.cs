using System.Globalization;

namespace Rx.PgNotify.IntegrationTests.Performance;

/// <summary>
/// Whole processes are compared, so that nothing escapes that the library allocates on whatever thread, and no other
/// test is counted. Each line has what a notification cost with a listener, and with Npgsql alone. Of several rounds the least of the
/// listener's and the most of Npgsql's count: what the library allocates for each notification is in all of them, and a wait that is
/// spared on a busy machine can't be taken for it.
/// </summary>
[LongTest, Parallelizable(ParallelScope.All)]
public class AllocationTests
{
    // The smallest object has 24 bytes. Less than that for each notification are buffers that grow.
    const int SmallestObject = 24;

    // A wait that does not end at once. Without optimisation the state of each async method is an object.
#if DEBUG
    const int Wait = 230;
#else
    const int Wait = SmallestObject;
#endif

    [TestCase(false)]
    [TestCase(true)]
    public async Task ANotification_AllocatesNothingBesidesWhatNpgsqlDoes(bool isMeasured)
    {
        (string, string)[] variables =
            [("ALLOCATION_CONNECTION", TestServer.ConnectionString), ("ALLOCATION_CHANNEL", UniqueChannel.Name())];
        await using var program = ChildProgram.Start("allocate", isMeasured ? [.. variables, ("ALLOCATION_METERS", "1")] : variables);

        var (burst, single) = (await ReadAsync(program), await ReadAsync(program));

        await TestContext.Out.WriteLineAsync($"in a burst {burst}, one by one {single}");
        Assert.That(burst.Npgsql, Is.InRange(50, 500), "or something else was measured");
        Assert.That(burst.Listener - burst.Npgsql, Is.LessThan(SmallestObject));
        Assert.That(single.Listener - single.Npgsql, Is.LessThan(Wait));
    }

    static async Task<(double Listener, double Npgsql)> ReadAsync(ChildProgram program)
    {
        var rounds = new List<double[]>();
        while (await ReadLineAsync(program) is { Length: > 0 } line)
            rounds.Add(Array.ConvertAll(line.Split(' '), number => double.Parse(number, CultureInfo.InvariantCulture)));
        return (rounds.Skip(1).Min(bytes => bytes[0]), rounds.Skip(1).Max(bytes => bytes[1])); // the first one warmed up
    }

    // For each round anew: what has a deadline is a hang, and not the work.
    static async Task<string> ReadLineAsync(ChildProgram program) =>
        await program.ReadLineAsync() ?? throw new AssertionException(await program.Errors);
}
