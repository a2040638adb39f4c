using System.Globalization;

namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>The most memory that this process has had since it was asked to watch.</summary>
sealed class MemoryPeaks
{
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(2);

    long _heap;
    Thread? _watching;

    /// <summary>What the kernel had mapped for it at the most, in bytes; 0 where there is no Linux.</summary>
    public long WorkingSet => !OperatingSystem.IsLinux() ? 0 : 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture);

    /// <summary>The largest heap of the garbage collector, garbage included, in bytes, as seen every 2 ms.</summary>
    public long Heap => Volatile.Read(ref _heap);

    public void Watch()
    {
        GC.Collect();
        if (OperatingSystem.IsLinux())
            File.WriteAllText("/proc/self/clear_refs", "5"); // the peak of the working set begins anew
        Volatile.Write(ref _heap, 0);
        if (_watching is not null)
            return;
        _watching = new Thread(Look) { IsBackground = true, Name = "memory" };
        _watching.Start();
    }

    void Look()
    {
        while (true)
        {
            Volatile.Write(ref _heap, Math.Max(_heap, GC.GetTotalMemory(forceFullCollection: false)));
            Thread.Sleep(s_interval);
        }
    }
}
