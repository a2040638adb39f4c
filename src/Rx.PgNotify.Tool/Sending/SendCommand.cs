using System.CommandLine;
using System.Globalization;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Connections;

namespace Rx.PgNotify.Tool.Sending;

/// <summary><c>pgnotify send</c>: one notification, or one for each line of standard input.</summary>
static class SendCommand
{
    const string StandardInput = "-";
    const int MaxPayloadBytes = 7_999;

    internal static readonly string[] Examples =
    [
        "pgnotify send orders '{\"id\":42}'",
        "pgnotify send refresh                      # no payload",
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

        var command = new Command("send", "Send a notification") { channel, payload, connection };
        command.SetAction((parsed, cancellation) =>
        {
            var target = ConnectionOption.Read(parsed, connection);
            var name = parsed.GetRequiredValue(channel);
            var text = parsed.GetRequiredValue(payload);
            return text is StandardInput
                ? SendLinesAsync(target, name, cancellation)
                : SendAsync(target, name, text, cancellation);
        });
        return command;
    }

    static async Task<int> SendAsync(NpgsqlConnectionStringBuilder target, string channel, string payload, CancellationToken cancellation)
    {
        await using var source = Database.Of(target);
        try
        {
            await source.NotifyAsync(channel, payload, cancellation);
            return ExitCode.Success;
        }
        catch (ArgumentException e)
        {
            throw new UsageException(Usage.Sentence(e));
        }
    }

    static async Task<int> SendLinesAsync(NpgsqlConnectionStringBuilder target, string channel, CancellationToken cancellation)
    {
        await using var source = Database.Of(target);
        await using var connection = await source.ForPrimary().OpenConnectionAsync(cancellation);
        await using var input = Console.OpenStandardInput();
        var exitCode = ExitCode.Success;
        try
        {
            // A line once read is sent to the end: the signal that ends the program ends the reading.
            await foreach (var line in InputLines.ReadAsync(input, MaxPayloadBytes, cancellation))
            {
                if (await TrySendAsync(connection, channel, line) is not { } refusal)
                    continue;
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"pgnotify: line {line.Number}: {refusal}"));
                exitCode = ExitCode.Failure;
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }

        return exitCode;
    }

    /// <summary>Sends a line, or says why it can't be a payload; the lines after it are sent all the same.</summary>
    static async Task<string?> TrySendAsync(NpgsqlConnection connection, string channel, InputLine line)
    {
        if (line.Bytes > MaxPayloadBytes)
            return string.Create(CultureInfo.InvariantCulture, $"a payload has at most {MaxPayloadBytes} bytes of UTF-8; this one has {line.Bytes}.");
        if (line.Text is null)
            return "a payload is UTF-8; this one is not.";
        if (line.Text.Contains('\0', StringComparison.Ordinal))
            return "a payload can't contain the character NUL (U+0000).";
        await connection.NotifyAsync(channel, line.Text, CancellationToken.None);
        return null;
    }
}
