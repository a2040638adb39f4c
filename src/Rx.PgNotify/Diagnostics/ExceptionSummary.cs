namespace Rx.PgNotify.Diagnostics;

/// <summary>
/// An exception's messages in one line, from outside inwards. Npgsql's outermost one alone ("Exception while reading from
/// stream", "Unable to connect to a suitable host") does not distinguish a silent line from a refused one.
/// </summary>
static class ExceptionSummary
{
    internal static string Of(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: { Count: > 0 } causes } => string.Join("; ", causes.Select(Of).Distinct(StringComparer.Ordinal)),
        { InnerException: { } inner } when !exception.Message.Contains(inner.Message, StringComparison.Ordinal) =>
            $"{OneLine(exception.Message).TrimEnd('.', ':')}: {Of(inner)}",
        _ => OneLine(exception.Message),
    };

    // What the server says may have lines of its own, such as a DETAIL.
    static string OneLine(string message) => message.AsSpan().ContainsAny('\r', '\n')
        ? string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        : message;
}
