using System.CommandLine;
using System.Globalization;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Executing;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Listening;

/// <summary><c>pgnotify listen</c>: the notifications of some channels, a line each, or a run of a command.</summary>
static class ListenCommand
{
    const int MaxQuiet = 3_600_000;
    const int MaxWait = 86_400_000;
    const int MaxTimeout = 86_400;

    internal static readonly string[] Examples =
    [
        "pgnotify listen orders --connection postgres://me@localhost/shop",
        "pgnotify listen orders -h localhost -U me -d shop        # as psql",
        "pgnotify listen orders --format json | jq -r '.payload // empty'",
        "pgnotify listen orders --format '{time} {channel} {payload}'",
        "pgnotify listen orders --coalesce 200 --max-wait 2000    # a line for a burst",
        "pgnotify listen orders --count 1 --timeout 30            # wait for one",
        "pgnotify listen orders --exec './refresh.sh --all'       # run a program",
        "pgnotify listen orders --nats nats://broker              # from a bridge",
    ];

    internal static Command Create()
    {
        var channels = ChannelArgument.Create<string[]>(ArgumentArity.OneOrMore, "The channels, 1 to 63 bytes of UTF-8 each; case counts");
        var connection = ConnectionOption.Create();
        var nats = new NatsOptions("Receive from a bridge over these NATS servers instead (pgnotify bridge)");
        var format = ListenFormatOption.Create();
        var nul = new Option<bool>("-0", "--null") { Description = "With raw or a template: lines end with NUL, not with a line break" };
        var quiet = NumberOption.Create("--coalesce", "MS", 1, MaxQuiet,
            "Gather each channel's bursts: one line once MS milliseconds were quiet");
        var maxWait = NumberOption.Create("--max-wait", "MS", 1, MaxWait,
            "Longest wait for that quiet since a burst began [default: 10 times --coalesce]");
        var count = NumberOption.Create("--count", "N", 1, int.MaxValue, "End after N notifications");
        var timeout = NumberOption.Create("--timeout", "SECONDS", 1, MaxTimeout, "End after so long at the latest, with exit code 3");
        var exec = new Option<string?>("--exec")
        {
            Description = "Run CMD for each notification or burst, one at a time, without a shell: the payload is its input and in PGNOTIFY_PAYLOAD",
            HelpName = "CMD",
        };

        var command = new Command("listen", "Show notifications as they arrive, until Ctrl-C")
        {
            channels, connection, format, nul, quiet, maxWait, count, timeout, exec,
        };
        nats.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(exec) is not null && (result.GetResult(format) is not null || result.GetResult(nul) is not null))
                result.AddError("--exec excludes --format and -0: what is written is what the command writes.");
        });
        command.SetAction((parsed, cancellation) =>
        {
            var settings = new ListenSettings
            {
                Channels = parsed.GetRequiredValue(channels),
                Burst = Burst(parsed.GetValue(quiet), parsed.GetValue(maxWait)),
                Count = parsed.GetValue(count),
                Timeout = parsed.GetValue(timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                Format = parsed.GetValue(format) ?? new ListenFormat.Text(),
                LineEnd = parsed.GetValue(nul) ? '\0' : '\n',
                Command = parsed.GetValue(exec) is { } text ? CommandToRun.Parse(text) : null,
            };
            if (settings is { LineEnd: '\0', Format: not ListenFormat.Template })
                throw new UsageException("-0 goes with --format raw or a template.");
            var source = Source(parsed, connection, nats);
            ChannelArgument.WarnOfPatterns(settings.Channels);
            return ListenRun.RunAsync(source, settings, cancellation);
        });
        return command;
    }

    static ListenSource Source(ParseResult parsed, ConnectionOption connection, NatsOptions nats)
    {
        if (!nats.AreGiven(parsed))
            return ListenSource.OverPostgres(ConnectionOption.Read(parsed, connection), ListenRun.Thread);
        return !connection.IsGiven(parsed)
            ? ListenSource.OverNats(nats.Connection(parsed), nats.Prefix(parsed), ListenRun.Thread)
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
}
