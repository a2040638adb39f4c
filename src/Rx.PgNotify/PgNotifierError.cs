namespace Rx.PgNotify;

/// <summary>Why a send failed: the reason in a <see cref="PgNotifierException"/>.</summary>
public enum PgNotifierError
{
    /// <summary>A reason this version has no name for; the inner exception says more. It may have been sent.</summary>
    Unknown = 0,

    /// <summary>
    /// The server refused it, and nothing was sent: its encoding lacks a character or needs more bytes than UTF-8, its
    /// notification queue is full, or another reason that the inner <see cref="Npgsql.PostgresException"/> names.
    /// </summary>
    Refused = 1,

    /// <summary>
    /// The connection was lost, or gave no answer within <see cref="PgNotifierOptions.CommitTimeout"/>, or the notifier was
    /// disposed, while the commit was under way. It is not known whether it was sent; it may even arrive
    /// later than what was sent after it.
    /// </summary>
    InDoubt = 2,

    /// <summary>No connection could be had within <see cref="PgNotifierOptions.SendTimeout"/>, and nothing was sent.</summary>
    TimedOut = 3,

    /// <summary>
    /// The first connection failed for a reason that trying again can't mend, such as a wrong password. Nothing was sent.
    /// </summary>
    CannotConnect = 4,

    /// <summary>
    /// The notifier was disposed and did not get to it within <see cref="PgNotifierOptions.FlushTimeout"/>. Nothing was sent.
    /// </summary>
    NotFlushed = 5,

    /// <summary>The source of <c>NotifyToAsync</c> was faster than its notifications could be committed.</summary>
    Overflow = 6,
}
