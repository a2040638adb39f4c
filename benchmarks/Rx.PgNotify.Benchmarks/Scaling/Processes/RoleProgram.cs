using System.Globalization;

namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>
/// The process of a role. It reads one command a line from standard input and answers each with one line, <c>ok</c> and numbers; times
/// are nanoseconds of the monotonic clock, which all processes of a machine share. Two commands are the same for all roles:
/// </summary>
/// <remarks>
/// <code>
/// watch     ok                        begins to look for the peaks of memory
/// usage     ok CPU WORKINGSET HEAP    CPU time since the process began, and those peaks in bytes
/// </code>
/// </remarks>
static class RoleProgram
{
    /// <summary>Hold how to connect: not arguments, which others could see.</summary>
    public const string ConnectionVariable = "RX_PGNOTIFY_SCALE_CONNECTION";
    public const string NatsVariable = "RX_PGNOTIFY_SCALE_NATS";

    /// <summary>Runs until the input ends. It blocks its thread, so that the thread pool is the role's.</summary>
    public static void Run(RoleKind kind)
    {
        var connectionString = Environment.GetEnvironmentVariable(ConnectionVariable)
            ?? throw new InvalidOperationException("This mode is for 'scale' to start.");
        var nats = Environment.GetEnvironmentVariable(NatsVariable) ?? "";
        IRole role = kind switch
        {
            RoleKind.Notifying => new NotifyingRole(connectionString),
            RoleKind.Writing => new WritingRole(connectionString),
            RoleKind.Receiving => new ReceivingRole(connectionString, nats),
            RoleKind.Bridge => new BridgeRole(connectionString, nats),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        var memory = new MemoryPeaks();
        while (Console.ReadLine() is { } line)
            Console.WriteLine(Answer(line.Split(' '), role, memory));
        role.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    static string Answer(string[] words, IRole role, MemoryPeaks memory)
    {
        try
        {
            return $"ok{string.Concat(Do(words, role, memory).Select(number => string.Create(CultureInfo.InvariantCulture, $" {number}")))}";
        }
        catch (Exception e)
        {
            return $"error {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
        }
    }

    static IReadOnlyList<long> Do(string[] words, IRole role, MemoryPeaks memory)
    {
        switch (words)
        {
            case ["watch"]:
                memory.Watch();
                return [];
            case ["usage"]:
                return [(long)Environment.CpuUsage.TotalTime.TotalNanoseconds, memory.WorkingSet, memory.Heap];
            default:
                return role.DoAsync(words).GetAwaiter().GetResult();
        }
    }
}
