using System.Globalization;
using Rx.PgNotify.IntegrationTests.Connections;

namespace Rx.PgNotify.IntegrationTests.Surroundings;

/// <summary>
/// The first caller of a process also makes what lives as long as the process, of Npgsql and System.Reactive as well.
/// </summary>
[LongTest, Parallelizable(ParallelScope.All)]
public class FirstContextTests
{
    [Test]
    public async Task TheFirstCallerOfAProcess_IsNotKeptByTheConnection([Values] ClientKind kind)
    {
        await using var program = ChildProgram.Start(
            "context", ("CONTEXT_CONNECTION", TestServer.ConnectionString), ("CONTEXT_CLIENT", $"{kind}"));
        var line = await program.ReadLineAsync() ?? throw new InvalidOperationException(await program.Errors);
        Assert.That(await program.WaitForExitAsync(), Is.Zero, await program.Errors);
        var words = line.Split(' ');
        var (before, after) = (Number(words[1]), Number(words[2]));
        await TestContext.Out.WriteLineAsync($"{words[0]}; the heap went from {before:N0} to {after:N0} bytes");

        Assert.That(words[0], Is.EqualTo("collected"));
        Assert.That(after - before, Is.LessThan(ForeignContext.Bytes / 2));
    }

    static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
