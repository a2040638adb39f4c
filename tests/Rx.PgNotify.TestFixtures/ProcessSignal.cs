using System.Diagnostics;
using System.Globalization;

namespace Rx.PgNotify.TestFixtures;

/// <summary>Signals to processes of this machine.</summary>
static class ProcessSignal
{
    /// <param name="processId">Whom.</param>
    /// <param name="name">The signal's name, such as KILL.</param>
    public static async Task SendAsync(int processId, string name)
    {
        var id = processId.ToString(CultureInfo.InvariantCulture);
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -s {name} {id}"]);
        await kill.WaitForExitAsync();
        Assert.That(kill.ExitCode, Is.Zero, $"kill -s {name}");
    }
}
