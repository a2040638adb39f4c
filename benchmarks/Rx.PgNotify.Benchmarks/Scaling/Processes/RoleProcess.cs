using System.Diagnostics;
using System.Globalization;

namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>A process with a role, and what is said to it.</summary>
sealed class RoleProcess : IAsyncDisposable
{
    // Far more than any step takes.
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    readonly RoleKind _kind;
    readonly Process _process;

    RoleProcess(RoleKind kind, Process process)
    {
        _kind = kind;
        _process = process;
    }

    /// <summary>Starts this program in another mode.</summary>
    /// <param name="kind">Its role.</param>
    /// <param name="connectionString">Of the database.</param>
    /// <param name="nats">The address of the NATS server, if the role needs it.</param>
    /// <param name="place">On which cores, and how important.</param>
    public static RoleProcess Start(RoleKind kind, string connectionString, string nats, ProcessPlace place)
    {
        var host = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [typeof(RoleProcess).Assembly.Location] : [];
        var start = place.Command([host, .. program, "role", kind.ToString()]);
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        start.Environment[RoleProgram.ConnectionVariable] = connectionString;
        start.Environment[RoleProgram.NatsVariable] = nats;
        return new RoleProcess(kind, Process.Start(start)!);
    }

    /// <summary>Says a command, and returns the numbers of the answer.</summary>
    public async Task<IReadOnlyList<long>> DoAsync(FormattableString command)
    {
        await _process.StandardInput.WriteLineAsync(command.ToString(CultureInfo.InvariantCulture));
        await _process.StandardInput.FlushAsync();
        var answer = await _process.StandardOutput.ReadLineAsync().WaitAsync(s_deadline);
        if (answer?.Split(' ') is not ["ok", .. var numbers])
            throw new InvalidOperationException($"The process {_kind} answered '{answer}' to '{command}'.");
        return Array.ConvertAll(numbers, number => long.Parse(number, CultureInfo.InvariantCulture));
    }

    /// <summary>Begins to look for the peaks of its memory.</summary>
    public Task WatchAsync() => DoAsync($"watch");

    /// <summary>The peaks since then.</summary>
    public async Task<MemoryPeak> PeakAsync() => await DoAsync($"usage") is [_, var workingSet, var heap]
        ? new MemoryPeak(workingSet, heap)
        : throw new InvalidOperationException($"The process {_kind} does not know its usage.");

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(s_deadline);
        await _process.WaitForExitAsync(deadline.Token);
        _process.Dispose();
    }
}
