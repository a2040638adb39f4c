using System.CommandLine;
using System.Globalization;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Listening;

/// <summary><c>pgnotify listen</c>: the notifications of some channels, a line each.</summary>
static class ListenCommand
{
    const int MaxQuiet = 3_600_000;
    const int MaxWait = 86_400_000;

    // One thread delivers, keeps the time of bursts and writes: lines never interleave, and a reader that stops reading
    // holds up this thread only, never the connection. It lives as long as the process: deliveries may outlast the command.
    static readonly EventLoopScheduler s_thread = new();

    static readonly TimeSpan s_lastWrite = TimeSpan.FromSeconds(1);

    internal static readonly string[] Examples =
    [
        "pgnotify listen orders --connection postgres://me@localhost/shop",
        "pgnotify listen orders stock --format json | jq -r 'select(.type == \"notification\").payload'",
        "pgnotify listen orders --coalesce 200 --max-wait 2000    # one line for each burst",
        "pgnotify listen orders --count 1                         # wait for one notification",
        "pgnotify listen orders --nats nats://broker              # from a bridge",
    ];

    internal static Command Create()
    {
        var channels = ChannelArgument.Create<string[]>(ArgumentArity.OneOrMore, "The channels, 1 to 63 bytes of UTF-8 each; case counts");
        var connection = ConnectionOption.Create();
        var nats = new NatsOptions("Receive from a bridge over these NATS servers instead (pgnotify bridge)");
        var format = FormatOption.Create();
        var quiet = NumberOption.Create("--coalesce", "MS", 1, MaxQuiet,
            "Gather each channel's bursts: one line once MS milliseconds were quiet");
        var maxWait = NumberOption.Create("--max-wait", "MS", 1, MaxWait,
            "Longest wait for that quiet since a burst began [default: 10 times --coalesce]");
        var count = NumberOption.Create("--count", "N", 1, int.MaxValue, "End after N notifications");

        var command = new Command("listen", "Show notifications as they arrive, until Ctrl-C")
        {
            channels, connection, format, quiet, maxWait, count,
        };
        nats.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var burst = Burst(parsed.GetValue(quiet), parsed.GetValue(maxWait));
            var source = Source(parsed, connection, nats);
            return RunAsync(parsed.GetRequiredValue(channels), source, parsed.GetValue(format), burst, parsed.GetValue(count), cancellation);
        });
        return command;
    }

    static ListenSource Source(ParseResult parsed, Option<string?> connection, NatsOptions nats)
    {
        if (!nats.AreGiven(parsed))
            return ListenSource.OverPostgres(ConnectionOption.Read(parsed, connection), s_thread);
        return parsed.GetResult(connection) is null
            ? ListenSource.OverNats(nats.Connection(parsed), nats.Prefix(parsed), s_thread)
            : throw new UsageException("--connection and --nats exclude each other: over NATS it is the bridge that connects to PostgreSQL.");
    }

    static BurstTiming? Burst(int? quiet, int? maxWait)
    {
        if (quiet is not { } quietMs)
            return maxWait is null ? null : throw new UsageException("--max-wait goes with --coalesce.");
        var maxWaitMs = maxWait ?? quietMs * 10;
        return maxWaitMs >= quietMs
            ? new BurstTiming(TimeSpan.FromMilliseconds(quietMs), TimeSpan.FromMilliseconds(maxWaitMs))
            : throw new UsageException(string.Create(
                CultureInfo.InvariantCulture, $"--max-wait is {maxWaitMs}; it can't be less than --coalesce, which is {quietMs}."));
    }

    static async Task<int> RunAsync(
        string[] names, ListenSource source, OutputFormat format, BurstTiming? burst, int? count, CancellationToken cancellation)
    {
        await using var listener = source;
        var channels = names.Distinct(StringComparer.Ordinal).Select(listener.Channel).ToArray();

        await using var stdout = StandardOutput.Open();
        using var json = new JsonLines(stdout);
        var events = ListenEvents.Of(listener.State, channels, count, burst, s_thread);
        events = format switch
        {
            OutputFormat.Json => events.Do(json.Write),
            _ when Terminal.IsRich => OnTerminal().Show(events, s_thread),
            _ => events.Do(new TextLines(stdout, Console.Error, TimeProvider.System).Write),
        };
        var done = events
            .LastOrDefaultAsync()
            .ToTask(CancellationToken.None);
        try
        {
            await done.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ends the streams after what had already arrived; a reader that does not read is not waited for.
            await listener.DisposeAsync();
            await Task.WhenAny(done, Task.Delay(s_lastWrite, CancellationToken.None));
        }
        catch (IOException e) when (StandardOutput.IsClosed(e))
        {
        }

        return ExitCode.Success;
    }

    static TerminalLines OnTerminal() =>
        new(Terminal.Open(Console.Out), Console.IsErrorRedirected ? Console.Error : null, TimeProvider.System);
}
