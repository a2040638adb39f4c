using System.Globalization;
using System.Runtime.Versioning;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>A process and all that descend from it, at the moment of looking.</summary>
[UnsupportedOSPlatform("windows")]
static class ProcessTree
{
    // Also the states of a process that has ended and that nobody has waited for yet (Z), and of one being removed (X).
    const string Gone = "ZX";
    const string Halted = "ZXT";

    /// <summary>The ids of the descendants of a process, without itself.</summary>
    public static async Task<IReadOnlyList<int>> DescendantsAsync(int root, CancellationToken cancellationToken)
    {
        var children = (await SnapshotAsync(cancellationToken).ConfigureAwait(false)).ToLookup(p => p.Parent, p => p.Id);
        var found = new List<int>(children[root]);
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children[found[i]]);
        return found;
    }

    /// <summary>Waits until none of the processes is left.</summary>
    public static Task WaitUntilGoneAsync(IReadOnlyCollection<int> ids, CancellationToken cancellationToken) =>
        WaitForStatesAsync(ids, Gone, cancellationToken);

    /// <summary>Waits until none of the processes runs: each is stopped by a signal, or gone.</summary>
    public static Task WaitUntilHaltedAsync(IReadOnlyCollection<int> ids, CancellationToken cancellationToken) =>
        WaitForStatesAsync(ids, Halted, cancellationToken);

    static async Task WaitForStatesAsync(IReadOnlyCollection<int> ids, string states, CancellationToken cancellationToken)
    {
        while ((await SnapshotAsync(cancellationToken).ConfigureAwait(false))
               .Any(p => ids.Contains(p.Id) && !states.Contains(p.State, StringComparison.Ordinal)))
        {
            await Task.Delay(5, cancellationToken).ConfigureAwait(false);
        }
    }

    static async Task<IReadOnlyList<(int Id, int Parent, char State)>> SnapshotAsync(CancellationToken cancellationToken)
    {
        // A bare Linux has no ps, macOS no /proc.
        if (OperatingSystem.IsLinux())
            return [.. Directory.EnumerateDirectories("/proc", "?*").Select(FromProc).OfType<(int, int, char)>()];
        var (_, output) = await Command.RunAsync(
            ["/bin/ps", "-axo", "pid=,ppid=,state="], "/", TimeSpan.FromSeconds(10), cancellationToken).ConfigureAwait(false);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(fields => (Number(fields[0]), Number(fields[1]), fields[2][0]))];
    }

    static (int, int, char)? FromProc(string folder)
    {
        if (!int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return null;
        try
        {
            // "123 (any name) S 1 ...": the name may hold spaces and brackets, so the last bracket counts.
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 3);
            return (id, Number(fields[1]), fields[0][0]);
        }
        catch (IOException)
        {
            return null;
        }
    }

    static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
}
