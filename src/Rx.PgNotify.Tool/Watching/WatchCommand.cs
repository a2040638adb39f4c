using System.CommandLine;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Rx.PgNotify.Tables;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Output;
using Rx.PgNotify.Tool.Tables;
using Rx.PgNotify.Tool.Watching.Web;

namespace Rx.PgNotify.Tool.Watching;

/// <summary><c>pgnotify watch</c>: the changes of a table, through a trigger that goes when the command ends.</summary>
static class WatchCommand
{
    // One thread delivers and writes: lines never interleave, and a reader that stops reading holds up this thread only.
    static readonly EventLoopScheduler s_thread = new();

    static readonly CommentLines s_comments = new(Console.Error, TimeProvider.System);

    static readonly TimeSpan s_lastWrite = TimeSpan.FromSeconds(1);

    internal static readonly string[] Examples =
    [
        "pgnotify watch orders --connection postgres://me@localhost/shop",
        "pgnotify watch sales.orders --columns status,amount",
        "pgnotify watch orders --format json | jq 'select(.op == \"delete\").old'",
        "pgnotify watch orders --web                   # in a browser",
    ];

    internal static Command Create()
    {
        var table = new Argument<string>("TABLE") { Description = "The table, as orders or sales.orders, unquoted; case counts" };
        var schema = new Option<string?>("--schema") { Description = "The table's schema; TABLE is then its name, dots and all [default: public]", HelpName = "NAME" };
        var columns = TriggerOptionsReader.List("--columns", "Show these columns and the key");
        var keysOnly = new Option<bool>("--keys-only") { Description = "Show the key of each row and nothing else of it" };
        var key = TriggerOptionsReader.List("--key", "The columns that identify a row [default: the primary key]");
        var format = FormatOption.Create();
        var count = NumberOption.Create("--count", "N", 1, int.MaxValue, "End after N changes");
        var web = new Option<bool>("--web") { Description = "Show them in a browser on this machine instead" };
        var port = NumberOption.Create("--web-port", "N", 0, 65_535, $"With --web: where; 0 for any free port [default: {WatchServer.UsualPort}, or a free one]");
        var connection = ConnectionOption.Create();

        var command = new Command("watch", "Show a table's changes as they come, through a trigger that goes at the end")
        {
            table, connection, schema, columns, keysOnly, key, format, count, web, port,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(port) is not null && !result.GetValue(web))
                result.AddError("--web-port goes with --web.");
            if (result.GetValue(web) && (result.GetResult(format) is not null || result.GetResult(count) is not null))
                result.AddError("--web excludes --format and --count.");
            if (result.GetValue(keysOnly) && result.GetResult(columns) is not null)
                result.AddError("--keys-only and --columns exclude each other.");
        });
        command.SetAction((parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(table);
            var (inSchema, tableName) = parsed.GetValue(schema) is { } given ? (given, name) : TriggerCommand.Split(name);
            var options = new WatchOptions(parsed.GetValue(columns) ?? [], parsed.GetValue(key) ?? [], parsed.GetValue(keysOnly));
            Check(inSchema, tableName, options);
            var target = ConnectionOption.Read(parsed, connection);
            return RunAsync(
                hungUp => Watch.PrepareAsync(target, inSchema, tableName, options, s_thread, Remark, hungUp),
                (watch, hungUp) => parsed.GetValue(web)
                    ? ServeAsync(watch, parsed.GetValue(port), hungUp)
                    : WriteAsync(watch, parsed.GetValue(format), parsed.GetValue(count), hungUp),
                cancellation);
        });
        return command;
    }

    // Before anything connects.
    static void Check(string schema, string table, WatchOptions options)
    {
        try
        {
            _ = new TableTrigger(table, WatchId.ChannelPrefix, schema, options.ForTrigger(options.Key));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(Usage.Sentence(e)
                .Replace($"{nameof(TableTriggerOptions)}.{nameof(TableTriggerOptions.KeyColumns)}", "--key", StringComparison.Ordinal)
                .Replace($"{nameof(TableTriggerOptions)}.{nameof(TableTriggerOptions.Columns)}", "--columns", StringComparison.Ordinal));
        }
    }

    static async Task<int> RunAsync(
        Func<CancellationToken, Task<Watch>> prepare, Func<Watch, CancellationToken, Task> run, CancellationToken cancellation)
    {
        using var hangUp = new HangUp(cancellation);
        try
        {
            await using var watch = await prepare(hangUp.Received);
            await run(watch, hangUp.Received);
        }
        catch (OperationCanceledException) when (hangUp.Received.IsCancellationRequested)
        {
            // Before there was anything to watch.
        }

        return ExitCode.Success;
    }

    static async Task WriteAsync(Watch watch, OutputFormat format, int? count, CancellationToken cancellation)
    {
        await using var stdout = StandardOutput.Open();
        using var json = new JsonLines(stdout);
        Action<WatchEvent> write = format switch
        {
            OutputFormat.Json => new ChangeJson(json, watch.Table.Key, TimeProvider.System).Write,
            _ when Terminal.IsRich => new ChangeTerminal(
                Terminal.Open(Console.Out), Console.IsErrorRedirected ? Console.Error : null, watch.Table.Key, TimeProvider.System).Write,
            _ => new ChangeLines(stdout, s_comments, watch.Table.Key, TimeProvider.System).Write,
        };
        var changes = 0L;
        var done = watch.Events
            .TakeUntil(item => item.IsChange && ++changes == count)
            .Do(write)
            .LastOrDefaultAsync()
            .ToTask(CancellationToken.None);
        watch.Start();
        try
        {
            await EndAsync(watch, done, cancellation);
        }
        catch (IOException e) when (StandardOutput.IsClosed(e))
        {
        }
    }

    static async Task ServeAsync(Watch watch, int? port, CancellationToken cancellation)
    {
        var log = new ChangeLog(watch.Table, TimeProvider.System);
        await using var server = await WatchServer.StartAsync(log, port, cancellation);
        await Console.Out.WriteLineAsync($"Watching {watch.Table}. See it in a browser: {server.Address}\nCtrl-C ends it and removes the trigger.");
        var done = watch.Events.Do(log.Add).LastOrDefaultAsync().ToTask(CancellationToken.None);
        watch.Start();
        await EndAsync(watch, done, cancellation);
    }

    static async Task EndAsync(Watch watch, Task done, CancellationToken cancellation)
    {
        try
        {
            await done.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ends the events after what had already arrived; a reader that does not read is not waited for.
            await watch.StopAsync();
            await Task.WhenAny(done, Task.Delay(s_lastWrite, CancellationToken.None));
        }
    }

    static void Remark(string text)
    {
        try
        {
            s_comments.Write(text);
        }
        catch (IOException)
        {
            // The terminal has gone; the trigger has to go all the same.
        }
    }
}
