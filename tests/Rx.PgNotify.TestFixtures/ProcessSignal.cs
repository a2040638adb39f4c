using System.Diagnostics;
using System.Globalization;

namespace Rx.PgNotify.TestFixtures;

/// <summary>Signals to processes of this machine.</summary>
static class ProcessSignal
{
    /// <param name="processId">Whom.</param>
    /// <param name="name">The signal's name, such as KILL.</param>
    public static async Task SendAsync(int processId, string name) =>
        Assert.That(await TrySendAsync(processId, name), Is.True, $"kill -s {name}");

    /// <inheritdoc cref="SendAsync"/>
    /// <returns>Whether there is such a process.</returns>
    public static async Task<bool> TrySendAsync(int processId, string name)
    {
        var id = processId.ToString(CultureInfo.InvariantCulture);
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -s {name} {id} 2>/dev/null"]);
        await kill.WaitForExitAsync();
        return kill.ExitCode == 0;
    }
}
