namespace Rx.PgNotify.Tool.Top;

/// <summary>What the server shows at one moment, and what follows from it.</summary>
sealed class Snapshot
{
    // A transaction of a moment ago is anybody's; one that stays is worth a line.
    static readonly TimeSpan s_longTransaction = TimeSpan.FromSeconds(2);

    readonly TimeSpan _at;

    /// <param name="at">When, on a monotonic clock of this machine.</param>
    /// <param name="server">The server and its queue.</param>
    /// <param name="sessions">All sessions of clients but our own.</param>
    internal Snapshot(TimeSpan at, ServerState server, IReadOnlyList<Session> sessions)
    {
        _at = at;
        Server = server;
        SlowestListener = sessions.Where(session => session.Listens && session.LagsFor is not null).MaxBy(session => session.LagsFor);
        OldestTransaction = sessions.Where(session => !session.Listens && session.TransactionAge >= s_longTransaction).MaxBy(session => session.TransactionAge);
        var concerned = sessions.ToLookup(session => session.Listens || session.Notifies || ReferenceEquals(session, OldestTransaction));
        Concerned = [.. concerned[true].OrderByDescending(session => session.LagsFor ?? TimeSpan.Zero).ThenBy(session => session.ProcessId)];
        HiddenCount = concerned[false].Count(session => session.IsHidden);
        OtherCount = concerned[false].Count(session => !session.IsHidden);
    }

    internal ServerState Server { get; }

    /// <summary>Of the sessions that are known to listen, the one that has lagged longest, if any does.</summary>
    internal Session? SlowestListener { get; }

    /// <summary>The session with the oldest transaction, of those not known to listen: if it does, it holds the queue back.</summary>
    internal Session? OldestTransaction { get; }

    /// <summary>Those that listen or notify, and the one with the oldest transaction: who lags first.</summary>
    internal IReadOnlyList<Session> Concerned { get; }

    /// <summary>Of the others, those of which the server shows nothing to our role.</summary>
    internal int HiddenCount { get; }

    /// <summary>Of the others, those that neither listen nor notify as far as can be seen.</summary>
    internal int OtherCount { get; }

    /// <summary>How many transactions commit a notification, or wait to.</summary>
    internal (int UnderWay, int Waiting) Commits =>
        (Concerned.Count(session => session.HoldsCommitLock is true), Concerned.Count(session => session.HoldsCommitLock is false));

    /// <summary>How many bytes a second were written into the queue since an earlier snapshot, in whole pages; <see langword="null"/> if that is not known.</summary>
    internal double? BytesPerSecondSince(Snapshot? earlier) =>
        earlier is { Server.PagesBegun: { } before } && Server.PagesBegun is { } now && now >= before && _at > earlier._at
            ? (now - before) * Server.BlockBytes / (_at - earlier._at).TotalSeconds
            : null;
}
