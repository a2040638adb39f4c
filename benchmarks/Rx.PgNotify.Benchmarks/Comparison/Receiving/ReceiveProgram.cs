using System.Diagnostics;
using System.Globalization;

namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>
/// The process in which a receiver of .NET runs, so that CPU time and allocations are its own. It reads one command a
/// line from standard input and answers each with one line; times are nanoseconds of the monotonic clock, which all
/// processes of a machine share.
/// </summary>
/// <remarks>
/// <code>
/// listen PREFIX CHANNELS SUBSCRIBERS   listening TIME                    connected, every channel acknowledged
/// expect EACH KEEPTIMES                ready, done TIME CPU BYTES [TIME…]  EACH for every observer have arrived
/// lose                                 ready, listening TIME             the connection was lost, all are acknowledged again
/// heartbeat SECONDS                    set                               from the next connection on
/// usage                                usage CPU BYTES                   since the process began
/// close                                closed
/// </code>
/// </remarks>
static class ReceiveProgram
{
    /// <summary>Holds how to connect: not an argument, which others could see.</summary>
    public const string ConnectionVariable = "RX_PGNOTIFY_COMPARE_CONNECTION";

    /// <summary>Runs until the input ends. It blocks its thread, so that the thread pool is the receiver's.</summary>
    public static void Run(ReceiverKind kind)
    {
        var connectionString = Environment.GetEnvironmentVariable(ConnectionVariable)
            ?? throw new InvalidOperationException("This mode is for 'compare' to start.");
        IReceiver receiver = kind switch
        {
            ReceiverKind.SubjectLoop => new SubjectLoop(connectionString),
            ReceiverKind.EventPattern => new EventPatternLoop(connectionString),
            ReceiverKind.PgListener => new ListenerReceiver(connectionString),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        var tally = new Tally();
        while (Console.ReadLine() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["listen", var prefix, var channels, var subscribers]:
                    var names = Enumerable.Range(0, Number(channels)).Select(n => string.Create(CultureInfo.InvariantCulture, $"{prefix}{n}"));
                    receiver.ListenAsync([.. names], Number(subscribers), tally).GetAwaiter().GetResult();
                    Answer("listening", Time(Stopwatch.GetTimestamp()));
                    break;
                case ["expect", var each, var keepTimes]:
                    Receive(tally, Number(each), keepTimes == "1");
                    break;
                case ["lose"]:
                    var again = receiver.ExpectLossAsync().GetAwaiter().GetResult();
                    Answer("ready");
                    again.GetAwaiter().GetResult();
                    Answer("listening", Time(Stopwatch.GetTimestamp()));
                    break;
                case ["heartbeat", var seconds]:
                    receiver.SetHeartbeat(Number(seconds));
                    Answer("set");
                    break;
                case ["usage"]:
                    Answer("usage", Cpu(), GC.GetTotalAllocatedBytes(precise: true));
                    break;
                case ["close"]:
                    receiver.CloseAsync().GetAwaiter().GetResult();
                    tally.Clear();
                    Answer("closed");
                    break;
                default:
                    throw new InvalidOperationException($"'{line}' is no command.");
            }
        }
    }

    static void Receive(Tally tally, int each, bool keepTimes)
    {
        var times = keepTimes ? new long[each] : null;
        GC.Collect();
        var completed = tally.Expect(each, times);
        var (cpu, bytes) = (Cpu(), GC.GetTotalAllocatedBytes(precise: true));
        Answer("ready");
        var last = completed.GetAwaiter().GetResult();
        cpu = Cpu() - cpu;
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        Answer("done", [Time(last), cpu, bytes, .. (times ?? []).Select(Time)]);
    }

    static void Answer(string word, params ReadOnlySpan<long> numbers)
    {
        Console.Out.Write(word);
        Console.Out.WriteLine(string.Concat(numbers.ToArray().Select(number => string.Create(CultureInfo.InvariantCulture, $" {number}"))));
    }

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static long Cpu() => (long)Environment.CpuUsage.TotalTime.TotalNanoseconds;

    static long Time(long timestamp) => (long)(timestamp * (1e9 / Stopwatch.Frequency));
}
