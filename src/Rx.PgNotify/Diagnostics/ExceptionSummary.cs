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
            $"{exception.Message.TrimEnd('.', ':')}: {Of(inner)}",
        _ => exception.Message,
    };
}
