using Npgsql;

namespace Rx.PgNotify.Diagnostics;

/// <summary>
/// An exception's messages in one line, from outside inwards, each of them once. Npgsql's outermost one alone ("Exception while reading
/// from stream", "Unable to connect to a suitable host") does not distinguish a silent line from a refused one.
/// </summary>
static class ExceptionSummary
{
    internal static string Of(Exception exception)
    {
        var summary = TextOf(exception);
        for (var inner = InnerOf(exception); inner is not null; inner = InnerOf(inner))
        {
            if (!Says(summary, inner))
                summary = $"{summary.TrimEnd('.', ':')}: {TextOf(inner)}";
        }

        return summary;
    }

    // The text of several causes has those of their inner exceptions already.
    static Exception? InnerOf(Exception exception) => exception is AggregateException or ICompleteMessage ? null : exception.InnerException;

    static string TextOf(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: { Count: > 0 } causes } => string.Join("; ", causes.Select(Of).Distinct(StringComparer.Ordinal)),
        ICompleteMessage => OneLine(exception.Message).TrimEnd('.'),
        _ => OneLine(exception.Message),
    };

    // A message of our own quotes what the server says without the SQLSTATE before it.
    static bool Says(string summary, Exception inner)
    {
        var text = inner is PostgresException { MessageText: var answer } ? OneLine(answer) : TextOf(inner);
        return summary.Contains(text.TrimEnd('.'), StringComparison.Ordinal);
    }

    // What the server says may have lines of its own, such as a DETAIL.
    static string OneLine(string message) => message.AsSpan().ContainsAny('\r', '\n')
        ? string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        : message;
}
