using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Rx.PgNotify.Tool.Executing;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Listening;

/// <summary>A run of <c>pgnotify listen</c>, once it knows what to do.</summary>
static class ListenRun
{
    /// <summary>
    /// One thread delivers, keeps the time of bursts, writes, and waits for commands: lines never interleave, and a reader that stops
    /// reading holds up this thread only, never the connection. It lives as long as the process: deliveries may outlast the run.
    /// </summary>
    internal static readonly IScheduler Thread = new EventLoopScheduler();

    static readonly TimeSpan s_lastWrite = TimeSpan.FromSeconds(1);

    /// <param name="source">The listener, which delivers on <see cref="Thread"/> and is closed at the end.</param>
    /// <param name="settings">What to do.</param>
    /// <param name="cancellation">Ends it.</param>
    internal static async Task<int> RunAsync(ListenSource source, ListenSettings settings, CancellationToken cancellation)
    {
        await using var listener = source;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (settings.Timeout is { } timeout)
            ending.CancelAfter(timeout);
        await using var stdout = StandardOutput.Open();
        using var json = new JsonLines(stdout);
        var comments = new CommentLines(Console.Error, TimeProvider.System);
        var commands = settings.Command is { } command ? new CommandRuns(command, comments, ending.Token) : null;

        var channels = settings.Channels.Distinct(StringComparer.Ordinal).Select(listener.Channel).ToArray();
        var events = ListenEvents.Of(listener.State, channels, settings.Count, settings.Burst, Thread);
        events = settings.Format switch
        {
            _ when commands is not null => events.Do(commands.Write),
            ListenFormat.Json => events.Do(json.Write),
            ListenFormat.Template template =>
                events.Do(new TemplateLines(stdout, template.Value, settings.LineEnd, comments, TimeProvider.System).Write),
            _ when Terminal.IsRich => OnTerminal().Show(events, Thread),
            _ => events.Do(new TextLines(stdout, comments, TimeProvider.System).Write),
        };
        var done = events
            .LastOrDefaultAsync()
            .ToTask(CancellationToken.None);
        var exitCode = ExitCode.Success;
        try
        {
            await done.WaitAsync(ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            if (!cancellation.IsCancellationRequested)
                exitCode = ExitCode.TimedOut;
            var stopped = commands?.StopAsync() ?? Task.CompletedTask;
            // Ends the streams after what had already arrived; a reader that does not read is not waited for.
            await listener.DisposeAsync();
            await stopped;
            await Task.WhenAny(done, Task.Delay(s_lastWrite, CancellationToken.None));
        }
        catch (IOException e) when (StandardOutput.IsClosed(e))
        {
        }

        return commands is { HaveFailed: true } ? ExitCode.Failure : exitCode;
    }

    static TerminalLines OnTerminal() =>
        new(Terminal.Open(Console.Out), Console.IsErrorRedirected ? Console.Error : null, TimeProvider.System);
}
