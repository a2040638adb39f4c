using System.CommandLine;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Sending;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Connections;

namespace Rx.PgNotify.Tool.Sending;

/// <summary><c>pgnotify send</c>: a notification, once or again and again, or one for each line of standard input.</summary>
static class SendCommand
{
    const string StandardInput = "-";
    const int MaxInterval = 86_400_000;
    const int MaxRate = 1_000_000;

    internal static readonly string[] Examples =
    [
        "pgnotify send orders '{\"id\":42}'",
        "pgnotify send refresh                      # no payload",
        "pgnotify send orders test --every 500      # twice a second, until Ctrl-C",
        "pgnotify send orders test --repeat 10000 --rate 200",
        "tail -f ids.txt | pgnotify send orders -   # one notification for each line",
        "pgnotify send orders -- -5                 # a payload that begins with '-'",
    ];

    internal static Command Create()
    {
        var channel = ChannelArgument.Create<string>(ArgumentArity.ExactlyOne, "The channel: 1 to 63 bytes of UTF-8; case counts");
        var payload = new Argument<string>("PAYLOAD")
        {
            Description = "At most 7999 bytes of UTF-8; - sends each line of standard input; left out, it is empty",
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => "",
        };
        var connection = ConnectionOption.Create();
        var repeat = NumberOption.Create("--repeat", "N", 1, int.MaxValue, "Send it N times, each in a transaction of its own");
        var every = NumberOption.Create("--every", "MS", 1, MaxInterval, "Every MS milliseconds; without --repeat until Ctrl-C");
        var rate = NumberOption.Create("--rate", "N", 1, MaxRate, "At most N a second; without --repeat until Ctrl-C");

        var command = new Command("send", "Send a notification, or several") { channel, payload, connection, repeat, every, rate };
        command.Validators.Add(result =>
        {
            if (result.GetResult(every) is not null && result.GetResult(rate) is not null)
                result.AddError("--every and --rate exclude each other.");
            if (result.GetResult(repeat) is not null && result.GetResult(payload) is { Tokens: [{ Value: StandardInput }] })
                result.AddError("--repeat does not go with '-', which sends each line once.");
        });
        command.SetAction((parsed, cancellation) =>
        {
            var target = ConnectionOption.Read(parsed, connection);
            var name = parsed.GetRequiredValue(channel);
            var text = parsed.GetRequiredValue(payload);
            var times = parsed.GetValue(repeat);
            var pace = PaceOf(parsed.GetValue(every), parsed.GetValue(rate));
            var run = new SendRun(target, name, pace ?? Pace.Unlimited);
            Check(text);
            ChannelArgument.WarnOfPatterns([name]);
            return text is StandardInput ? run.SendLinesAsync(cancellation)
                : times is not null || pace is not null ? run.RepeatAsync(text, times, cancellation)
                : SendAsync(target, name, text, cancellation);
        });
        return command;
    }

    static Pace? PaceOf(int? everyMs, int? perSecond) =>
        everyMs is { } ms ? new Pace(TimeSpan.FromMilliseconds(ms), TimeProvider.System)
        : perSecond is { } rate ? new Pace(TimeSpan.FromSeconds(1.0 / rate), TimeProvider.System)
        : null;

    // Before anything connects.
    static void Check(string payload)
    {
        try
        {
            PayloadText.Validate(payload, nameof(payload));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(Usage.Sentence(e));
        }
    }

    static async Task<int> SendAsync(NpgsqlConnectionStringBuilder target, string channel, string payload, CancellationToken cancellation)
    {
        await using var source = Database.Of(target);
        await using var connection = await source.ForPrimary().OpenAsync(cancellation);
        await connection.NotifyAsync(channel, payload, cancellation);
        return ExitCode.Success;
    }
}
