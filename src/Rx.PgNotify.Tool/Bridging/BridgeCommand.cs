using System.CommandLine;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify.Nats;
using Rx.PgNotify.Tool.CommandLine;

namespace Rx.PgNotify.Tool.Bridging;

/// <summary><c>pgnotify bridge</c>: publishes to NATS what PostgreSQL notifies.</summary>
static class BridgeCommand
{
    const int MaxHeartbeat = 1_800;

    static readonly TimeSpan s_lastLine = TimeSpan.FromSeconds(1);

    internal static readonly string[] Examples =
    [
        "pgnotify bridge --nats nats://broker --connection postgres://me@db/shop",
        "pgnotify bridge --prefix shop                # NATS_URL, DATABASE_URL are set",
        "pgnotify bridge orders stock --listed-only   # these two channels and no other",
        "pgnotify listen orders --nats nats://broker  # what receivers get",
    ];

    internal static Command Create()
    {
        var channels = ChannelArgument.Create<string[]>(
            ArgumentArity.ZeroOrMore, "Channels to forward in any case; others are forwarded while receivers ask for them");
        var connection = ConnectionOption.Create();
        var nats = new NatsOptions("The NATS servers, with commas between them [default: NATS_URL]", "NATS_URL");
        var heartbeat = NumberOption.Create(
            "--heartbeat", "SECONDS", 1, MaxHeartbeat, "A bridge that is silent for two of these is given up [default: 10]");
        var listedOnly = new Option<bool>("--listed-only") { Description = "Refuse channels that are not among the arguments" };

        var command = new Command("bridge", "Publish notifications to NATS, until Ctrl-C; a second one stands by") { channels, connection };
        nats.AddTo(command);
        command.Options.Add(heartbeat);
        command.Options.Add(listedOnly);
        command.Validators.Add(result =>
        {
            if (result.GetValue(listedOnly) && result.GetResult(channels) is not { Tokens.Count: > 0 })
                result.AddError("--listed-only goes with one CHANNEL or more.");
        });
        command.SetAction((parsed, cancellation) =>
        {
            var options = new PgNatsBridgeOptions { Channels = parsed.GetValue(channels) ?? [], ListedOnly = parsed.GetValue(listedOnly) };
            options.SubjectPrefix = nats.Prefix(parsed) ?? options.SubjectPrefix;
            if (parsed.GetValue(heartbeat) is { } seconds)
                options.Heartbeat = TimeSpan.FromSeconds(seconds);
            var (source, target) = (ConnectionOption.Read(parsed, connection), nats.Connection(parsed));
            ChannelArgument.WarnOfPatterns(options.Channels);
            return RunAsync(source, target, options, cancellation);
        });
        return command;
    }

    static async Task<int> RunAsync(
        NpgsqlConnectionStringBuilder connection, NatsConnection nats, PgNatsBridgeOptions options, CancellationToken cancellation)
    {
        await using var toClose = nats;
        var bridge = Usage.Check(() => new PgNatsBridge(connection.ConnectionString, nats, options));
        var comments = new BridgeComments(Console.Error, TimeProvider.System);
        var written = bridge.State
            .SkipWhile(state => state is BridgeState.Stopped)
            .TakeUntil(state => state is BridgeState.Stopped)
            .Do(comments.Write)
            .LastOrDefaultAsync()
            .ToTask(CancellationToken.None);
        await bridge.RunAsync(cancellation);
        // States are conflated: of a bridge that is ended in its first moment there is nothing to write.
        await Task.WhenAny(written, Task.Delay(s_lastLine, CancellationToken.None));
        return ExitCode.Success;
    }
}
