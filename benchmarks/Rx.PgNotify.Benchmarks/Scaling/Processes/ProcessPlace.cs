using System.Diagnostics;
using System.Globalization;

namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>
/// On which cores a process runs, and whether others come first. Receivers are elsewhere in production: here the server and the senders
/// get cores of their own, so that receivers take none of their time, and receivers give way to the NATS server and the bridge.
/// </summary>
/// <param name="Cores">As <c>taskset</c> takes them; <see langword="null"/> for all.</param>
/// <param name="GivesWay">Whether it gets the time that nobody else wants.</param>
sealed record ProcessPlace(string? Cores, bool GivesWay)
{
    static readonly int s_half = Environment.ProcessorCount / 2;

    public static ProcessPlace Anywhere { get; } = new(Cores: null, GivesWay: false);

    /// <summary>The first half of the cores: the database server and the senders.</summary>
    public static ProcessPlace WithServer { get; } = new(Range(0, s_half), GivesWay: false);

    /// <summary>The others: the bridge and the NATS server.</summary>
    public static ProcessPlace Aside { get; } = new(Range(s_half, Environment.ProcessorCount), GivesWay: false);

    /// <summary>The others too, for receivers.</summary>
    public static ProcessPlace LastAside { get; } = Aside with { GivesWay = true };

    static bool CanPin { get; } = s_half > 0 && OperatingSystem.IsLinux() && File.Exists("/usr/bin/taskset");

    /// <summary>What was done, for the page.</summary>
    public static string Description => CanPin
        ? $"server and senders pinned (`taskset`) to {CoresText(0, s_half)}, NATS server, bridge and receivers to {CoresText(s_half, Environment.ProcessorCount)}, receivers with `nice` 19"
        : "nothing is pinned, receivers have `nice` 19";

    /// <summary>How to start a program there.</summary>
    public ProcessStartInfo Command(params IReadOnlyList<string> command)
    {
        List<string> words = [.. command];
        if (Cores is not null && CanPin)
            words.InsertRange(0, ["taskset", "-c", Cores]);
        if (GivesWay && !OperatingSystem.IsWindows())
            words.InsertRange(0, ["nice", "-n", "19"]);
        return new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false };
    }

    /// <summary>Moves a process that runs, with the processes that it starts from now on.</summary>
    public async Task MoveAsync(int processId)
    {
        if (Cores is null || !CanPin)
            return;
        var taskset = new ProcessStartInfo("taskset", ["-cp", Cores, processId.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(taskset)!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"taskset could not move the process {processId}.");
    }

    static string Range(int from, int end) => string.Create(CultureInfo.InvariantCulture, $"{from}-{end - 1}");

    static string CoresText(int from, int end) => end - from == 1 ? $"core {from}" : $"cores {from} to {end - 1}";
}
