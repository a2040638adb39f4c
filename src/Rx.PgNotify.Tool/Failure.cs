using System.Net.Sockets;
using Npgsql;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.LocalPostgres;
using Rx.PgNotify.Tool.Output;
using Rx.PgNotify.Tool.Watching;

namespace Rx.PgNotify.Tool;

/// <summary>Errors that are no mistake in this program, each as one line.</summary>
static class Failure
{
    /// <returns><see langword="null"/> for anything unexpected, which then ends the program with all its details.</returns>
    internal static string? Describe(Exception exception) => exception switch
    {
        PostgresException e => PlainText.OneLine($"{e.MessageText} (SQLSTATE {e.SqlState})"),
        OperationCanceledException => "interrupted.",
        NpgsqlException => PlainText.OneLine(ExceptionSummary.Of(exception)),
        PgListenerException or PostgresServerException or TimeoutException or IOException or SocketException or WatchException =>
            PlainText.OneLine(exception.Message),
        _ => null,
    };
}
