using System.Globalization;

namespace Rx.PgNotify.LocalPostgres.IntegrationTests;

[LongTest, Parallelizable(ParallelScope.All)]
public sealed class AbandonedServerTests
{
    [TestCase("KILL")]
    [TestCase("TERM")]
    [TestCase("INT")]
    public async Task Server_WhoseProcessIsEndedByASignal_LeavesNoProcessAndNoFolder(string signal)
    {
        if (string.Equals(signal, "INT", StringComparison.Ordinal))
            Assume.That(InterruptIsIgnored, Is.False, "a shell that starts jobs in the background makes them ignore SIGINT");
        await using var child = ChildProgram.Start("serve");
        var connectionString = await child.ReadLineAsync();
        Assert.That(connectionString, Is.Not.Null, "the child printed no connection string");
        var footprint = await ServerFootprint.OfAsync(connectionString!);
        Assert.That(footprint.IsThere);

        await child.SignalAsync(signal);
        await child.WaitForExitAsync();

        await Eventually.IsTrueAsync(() => !footprint.IsThere);
    }

    // Ignored signals stay ignored in child processes.
    static bool InterruptIsIgnored =>
        OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is var line
        && (ulong.Parse(line.AsSpan("SigIgn:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 2) != 0;
}
