using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Nats;

/// <summary>
/// Why a <see cref="NatsListener"/> does not hear a bridge: <see cref="ListenerState.Reconnecting.Cause"/> of its state.
/// </summary>
/// <remarks>
/// The message says where to look, and has the reason of the inner exception in it. It never holds a payload or a password.
/// </remarks>
public sealed class NatsListenerException : Exception, ICompleteMessage
{
    /// <summary>Creates an exception, for instance to test what shows it.</summary>
    /// <param name="error">Which part of the way is missing.</param>
    /// <param name="message">One readable sentence, with the reason: what shows it does not add what the cause says.</param>
    /// <param name="innerException">The cause.</param>
    public NatsListenerException(NatsListenerError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>Which part of the way is missing.</summary>
    public NatsListenerError Error { get; }
}
