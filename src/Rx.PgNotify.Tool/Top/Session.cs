namespace Rx.PgNotify.Tool.Top;

/// <summary>A session, as <c>pg_stat_activity</c> and <c>pg_locks</c> show it.</summary>
/// <param name="ProcessId">Its backend.</param>
/// <param name="Began">When it began, in seconds since 1970: with the process id it distinguishes it from any other.</param>
/// <param name="Database">Its database.</param>
/// <param name="User">Its role.</param>
/// <param name="Application">What it calls itself.</param>
/// <param name="Client">The address of its client; <see langword="null"/> for a local one.</param>
/// <param name="State">What it does; <see langword="null"/> if that is hidden from us.</param>
/// <param name="Wait">What it waits for, if that is not its client's next statement.</param>
/// <param name="Query">Its last statement, or the present one.</param>
/// <param name="StateAge">For how long it has been doing that.</param>
/// <param name="TransactionAge">For how long it has been in a transaction, if it is in one.</param>
/// <param name="HoldsCommitLock">
/// Of the lock under which transactions that notify commit one after the other: whether it has it, or waits for it, or
/// <see langword="null"/> for neither.
/// </param>
sealed record Session(
    int ProcessId,
    double? Began,
    string? Database,
    string? User,
    string Application,
    string? Client,
    string? State,
    string? Wait,
    string Query,
    TimeSpan? StateAge,
    TimeSpan? TransactionAge,
    bool? HoldsCommitLock)
{
    const string Hidden = "<insufficient privilege>";

    /// <summary>What its last statement says of it.</summary>
    internal StatementFacts Facts { get; } = StatementFacts.Of(Query);

    /// <summary>Whether it is known to listen, from this statement or from an earlier one that was seen.</summary>
    internal bool Listens { get; init; }

    /// <summary>Whether that is known from an earlier statement alone: it may have stopped, unseen.</summary>
    internal bool MayListen => Listens && !Facts.Listens;

    /// <summary>The channels it is known to listen to; perhaps not all, perhaps none.</summary>
    internal IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>Whether it notified with its last statement, or commits a notification now.</summary>
    internal bool Notifies => Facts.Notifies || HoldsCommitLock is not null;

    /// <summary>Whether the server shows our role no more than that it is there.</summary>
    internal bool IsHidden => Query is Hidden;

    /// <summary>
    /// For how long it may have taken nothing from the queue, if it listens: a session does so between transactions, and not
    /// while its client does not read.
    /// </summary>
    internal TimeSpan? LagsFor => TransactionAge ?? (Wait is "ClientWrite" ? StateAge : null);
}
