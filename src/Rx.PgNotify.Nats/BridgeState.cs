using Rx.PgNotify.Nats.Diagnostics;

namespace Rx.PgNotify.Nats;

/// <summary>
/// What a <see cref="PgNatsBridge"/> is doing: one of the cases below. (The compiler can't know that there are no others: a <c>switch</c>
/// ends with <c>_</c>.)
/// </summary>
public abstract record BridgeState
{
    BridgeState()
    {
    }

    /// <summary>In one line, with the end that a cause is about, its messages and those of its inner exceptions, without their stacks.</summary>
    /// <returns>Such as <c>AtWork</c>.</returns>
    public sealed override string ToString() => this switch
    {
        Failing { Cause: var cause } => $"Failing({FailureText.Of(cause)})",
        _ => GetType().Name,
    };

    /// <summary>It does not run: it was not started yet, or has ended.</summary>
    public sealed record Stopped : BridgeState
    {
        internal static readonly Stopped Instance = new();
    }

    /// <summary>
    /// It connects, to NATS first and then to PostgreSQL, and nothing has failed yet; or it has given up the role because it is being
    /// stopped.
    /// </summary>
    public sealed record Connecting : BridgeState
    {
        internal static readonly Connecting Instance = new();
    }

    /// <summary>Both ends are there, and another bridge is at work.</summary>
    public sealed record StandingBy : BridgeState
    {
        internal static readonly StandingBy Instance = new();
    }

    /// <summary>It forwards what PostgreSQL notifies.</summary>
    public sealed record AtWork : BridgeState
    {
        internal static readonly AtWork Instance = new();
    }

    /// <summary>
    /// One of the ends is missing, as the cause says, or was at the last attempt. It goes on trying, and stays in this state, with the
    /// latest cause, until it has both ends (<see cref="StandingBy"/> or <see cref="AtWork"/>) or is stopped.
    /// </summary>
    public sealed record Failing : BridgeState
    {
        /// <summary>Creates one, for instance to test what shows it.</summary>
        /// <param name="cause">What is missing.</param>
        /// <exception cref="ArgumentNullException"><paramref name="cause"/> is <see langword="null"/>.</exception>
        public Failing(Exception cause)
        {
            ArgumentNullException.ThrowIfNull(cause);
            Cause = cause;
        }

        /// <summary>
        /// What is missing: NATS, whatever has failed in its use (<see cref="NatsListenerException"/>), or PostgreSQL (what Npgsql threw, a
        /// <see cref="TimeoutException"/> if it did not answer in time, or a <see cref="PgListenerException"/>).
        /// </summary>
        public Exception Cause { get; }
    }
}
