using System.Globalization;

namespace Rx.PgNotify.IntegrationTests.Performance;

/// <summary>
/// Whole processes are compared, so that nothing escapes that the library allocates on whatever thread, and no other
/// test is counted. Each line has what a notification cost with a listener, and with Npgsql alone.
/// </summary>
[Parallelizable(ParallelScope.All)]
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
        if (await program.ReadLineAsync() is not { } line)
            throw new AssertionException(await program.Errors);
        var bytes = Array.ConvertAll(line.Split(' '), number => double.Parse(number, CultureInfo.InvariantCulture));
        return (bytes[0], bytes[1]);
    }
}
