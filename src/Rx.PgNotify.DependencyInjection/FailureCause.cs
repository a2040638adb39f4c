using System.Net.Sockets;
using Npgsql;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>
/// What an exception is, without what it says: types and codes. Messages may quote what a report or a log must not hold, such
/// as a payload that an observer could not parse, or whatever a password provider of the application's puts into its own.
/// </summary>
static class FailureCause
{
    internal static string Of(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: { Count: > 0 } causes } => string.Join("; ", causes.Select(Of).Distinct(StringComparer.Ordinal)),
        { InnerException: { } inner } => $"{Name(exception)}: {Of(inner)}",
        _ => Name(exception),
    };

    static string Name(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } => $"{nameof(PostgresException)} (SQLSTATE {state})",
        SocketException { SocketErrorCode: var code } => $"{nameof(SocketException)} ({code})",
        PgListenerException { Error: var error } => $"{nameof(PgListenerException)} ({error})",
        _ => exception.GetType().Name,
    };
}
