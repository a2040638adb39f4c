using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Sending;

/// <summary>Decides what becomes of the sends of a round trip: done, refused, in doubt, or to be sent next.</summary>
/// <remarks>Used by the pump alone.</remarks>
sealed class CommitConclusion(
    WaitingSends waiting, SendDeadline deadline, SendConnection connection, bool resendInDoubt, ILogger logger, NotifierMetrics metrics)
{
    internal async Task ConcludeAsync(List<List<PendingSend>> commits, CommitOutcome outcome)
    {
        metrics.Committed(outcome.Committed, commits.Take(outcome.Committed).Sum(commit => commit.Count));
        foreach (var send in commits.Take(outcome.Committed).SelectMany(commit => commit))
            send.Succeed();
        if (outcome.Failure is not { } failure)
        {
            connection.HasCommitted();
            return;
        }

        var rest = commits[outcome.Committed..];
        if (!outcome.IsRefusal)
            await DoubtAsync(rest, failure).ConfigureAwait(false);
        else if (failure is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction })
        {
            // The server is a standby by now. Nothing was sent, and the next connection may be to the new primary.
            PutBack(rest);
            await connection.LoseAsync(failure).ConfigureAwait(false);
        }
        else
            Refuse(rest, (PostgresException)failure);
    }

    internal static void FailInDoubt(List<List<PendingSend>> commits, string reason, Exception? cause)
    {
        foreach (var send in commits.SelectMany(commit => commit))
            send.Fail(PgNotifierError.InDoubt, $"It is not known whether it was sent: {reason} while its commit was under way.", cause);
    }

    async Task DoubtAsync(List<List<PendingSend>> commits, Exception failure)
    {
        Log.SendsInDoubt(logger, commits.Sum(commit => commit.Count), resendInDoubt);
        if (resendInDoubt)
        {
            foreach (var send in commits.SelectMany(commit => commit))
                send.IsInDoubt = true;
            PutBack(commits);
        }
        else
            FailInDoubt(commits, $"the connection was lost ({ExceptionSummary.Of(failure)})", failure);

        await connection.LoseAsync(failure).ConfigureAwait(false);
    }

    // The first commit was refused, and those after it were not begun: sent again, they keep each channel's order.
    void Refuse(List<List<PendingSend>> commits, PostgresException failure)
    {
        var refused = commits[0];
        if (refused.Count > 1 && failure.SqlState is ['2', '2', ..]) // data exception: bisecting finds the send that causes it
        {
            PutBack([refused[..(refused.Count / 2)], refused[(refused.Count / 2)..], .. commits[1..]]);
            return;
        }

        Log.SendsRefused(logger, refused.Count, failure.SqlState);
        foreach (var send in refused)
            send.Fail(PgNotifierError.Refused, $"The server refused to send it{Reason(failure)} (SQLSTATE {failure.SqlState}).", failure);
        PutBack(commits[1..]);
    }

    // The server's own message is quoted only where it can't contain a payload.
    string Reason(PostgresException failure) => failure.SqlState switch
    {
        PostgresErrorCodes.InvalidParameterValue => string.Create(
            CultureInfo.InvariantCulture,
            $": {failure.MessageText}; in the encoding of its database, {connection.Encoding}, a channel has at most {SqlName.MaxBytes} bytes and a payload {PayloadText.MaxBytes:N0}"),
        PostgresErrorCodes.UntranslatableCharacter =>
            $": the encoding of its database, {connection.Encoding}, lacks a character of the channel or of the payload",
        _ => "",
    };

    void PutBack(List<List<PendingSend>> commits)
    {
        waiting.PutBack(commits);
        deadline.Forget();
    }
}
