using Npgsql;

namespace Rx.PgNotify.Listening;

/// <summary>
/// A round trip that asks nothing. It is a statement that is prepared and closed in turn, and never executed: of that Npgsql makes
/// neither a span nor a log entry at Information, whatever the caller's data source records, so that an idle listener adds nothing to
/// anybody's trace.
/// </summary>
#pragma warning disable CA1001 // the command ends with its connection
sealed class Ping(NpgsqlConnection connection)
#pragma warning restore CA1001
{
    // What pg_stat_activity shows of an idle listener.
    readonly NpgsqlCommand _statement = new("/* Rx.PgNotify listens */", connection);

    internal Task SendAsync(CancellationToken cancellationToken) =>
        _statement.IsPrepared ? _statement.UnprepareAsync(cancellationToken) : _statement.PrepareAsync(cancellationToken);

    /// <summary>Leaves no statement behind on a connection that somebody else will use.</summary>
    internal Task ForgetAsync(CancellationToken cancellationToken) => _statement.UnprepareAsync(cancellationToken);
}
