using System.Globalization;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify;

/// <summary>
/// What a <see cref="PgListener"/> is doing: one of the cases below. (The compiler can't know that there are no others:
/// a <c>switch</c> ends with <c>_</c>.)
/// </summary>
public abstract record ListenerState
{
    ListenerState()
    {
    }

    /// <summary>In one line, with a cause's messages and those of its inner exceptions, without their stacks.</summary>
    /// <returns>Such as <c>Listening</c>.</returns>
    public sealed override string ToString() => this switch
    {
        Reconnecting { Attempt: var attempt, Delay: var delay, Cause: var cause } => string.Create(
            CultureInfo.InvariantCulture, $"Reconnecting(attempt {attempt} in {delay.TotalMilliseconds:0} ms: {ExceptionSummary.Of(cause)})"),
        Faulted { Cause: var cause } => $"Faulted({cause.Message})",
        _ => GetType().Name,
    };

    /// <summary>No channel is wanted and there is no connection.</summary>
    public sealed record Idle : ListenerState
    {
        internal static readonly Idle Instance = new();
    }

    /// <summary>A first connection is being opened.</summary>
    public sealed record Connecting : ListenerState
    {
        internal static readonly Connecting Instance = new();
    }

    /// <summary>The connection stands and the server has acknowledged the channels wanted when it was opened.</summary>
    public sealed record Listening : ListenerState
    {
        internal static readonly Listening Instance = new();
    }

    /// <summary>
    /// A connection was lost, or could not be opened, and the next attempt follows after a delay. Reported once for
    /// each failed attempt and kept until the next attempt has succeeded or failed.
    /// </summary>
    public sealed record Reconnecting : ListenerState
    {
        /// <summary>Creates one, for instance to test what shows it.</summary>
        /// <param name="attempt">The number of the attempt that comes next, from 1, counted since the last success.</param>
        /// <param name="delay">How long the listener waits before it, jitter included.</param>
        /// <param name="cause">What ended the connection or the last attempt.</param>
        /// <exception cref="ArgumentNullException"><paramref name="cause"/> is <see langword="null"/>.</exception>
        public Reconnecting(int attempt, TimeSpan delay, Exception cause)
        {
            ArgumentNullException.ThrowIfNull(cause);
            Attempt = attempt;
            Delay = delay;
            Cause = cause;
        }

        /// <summary>The number of the attempt that comes next, from 1, counted since the last success.</summary>
        public int Attempt { get; }

        /// <summary>How long the listener waits before it, jitter included: what was left of it when this was reported, zero for an attempt at once.</summary>
        public TimeSpan Delay { get; }

        /// <summary>What ended the connection or the last attempt: whatever Npgsql, or a password provider, threw.</summary>
        public Exception Cause { get; }
    }

    /// <summary>
    /// The listener gave up, and every subscriber of that time got <c>OnError</c>. Subscribing again starts anew.
    /// </summary>
    public sealed record Faulted : ListenerState
    {
        /// <summary>Creates one, for instance to test what shows it.</summary>
        /// <param name="cause">Why.</param>
        /// <exception cref="ArgumentNullException"><paramref name="cause"/> is <see langword="null"/>.</exception>
        public Faulted(PgListenerException cause)
        {
            ArgumentNullException.ThrowIfNull(cause);
            Cause = cause;
        }

        /// <summary>Why.</summary>
        public PgListenerException Cause { get; }
    }

    /// <summary>The listener was disposed. The last state: <c>OnCompleted</c> follows.</summary>
    public sealed record Disposed : ListenerState
    {
        internal static readonly Disposed Instance = new();
    }
}
