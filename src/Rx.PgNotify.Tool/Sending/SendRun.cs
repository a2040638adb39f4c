using System.Globalization;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Tool.Connections;

namespace Rx.PgNotify.Tool.Sending;

/// <summary>A run of <c>pgnotify send</c> that sends more than once, on one connection and in order.</summary>
/// <param name="target">The connection.</param>
/// <param name="channel">The channel.</param>
/// <param name="pace">How fast.</param>
sealed class SendRun(NpgsqlConnectionStringBuilder target, string channel, Pace pace)
{
    internal const int MaxPayloadBytes = 7_999;

    /// <summary>Sends a payload, which has been checked, so many times, or until it is cancelled.</summary>
    internal async Task<int> RepeatAsync(string payload, int? times, CancellationToken cancellation)
    {
        await using var source = Database.Of(target);
        try
        {
            await using var connection = await source.ForPrimary().OpenAsync(cancellation);
            // One that has begun is sent to the end.
            for (var sent = 0; times is null || sent < times; sent++)
            {
                await pace.NextAsync(cancellation);
                await connection.NotifyAsync(channel, payload, CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (times is null && cancellation.IsCancellationRequested)
        {
        }

        return ExitCode.Success;
    }

    /// <summary>Sends each line of the standard input.</summary>
    internal async Task<int> SendLinesAsync(CancellationToken cancellation)
    {
        await using var source = Database.Of(target);
        await using var input = Console.OpenStandardInput();
        var exitCode = ExitCode.Success;
        try
        {
            await using var connection = await source.ForPrimary().OpenAsync(cancellation);
            await foreach (var line in InputLines.ReadAsync(input, MaxPayloadBytes, cancellation))
            {
                await UntilDueAsync(cancellation);
                if (await TrySendAsync(connection, line) is not { } refusal)
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

    // The signal that ends the program ends the reading. What was read is gone from the input, so it is sent, at once.
    async Task UntilDueAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return;
        try
        {
            await pace.NextAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }

    /// <summary>Sends a line, or says why it can't be a payload; the lines after it are sent all the same.</summary>
    async Task<string?> TrySendAsync(NpgsqlConnection connection, InputLine line)
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
