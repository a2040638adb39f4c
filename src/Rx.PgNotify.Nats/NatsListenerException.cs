namespace Rx.PgNotify.Nats;

/// <summary>
/// Why a <see cref="NatsListener"/> does not hear a bridge: <see cref="ListenerState.Reconnecting.Cause"/> of its state.
/// </summary>
/// <remarks>The message never holds a payload or a password.</remarks>
public sealed class NatsListenerException : Exception
{
    /// <summary>Creates an exception, for instance to test what shows it.</summary>
    /// <param name="error">Which part of the way is missing.</param>
    /// <param name="message">One readable sentence.</param>
    /// <param name="innerException">The cause.</param>
    public NatsListenerException(NatsListenerError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>Which part of the way is missing.</summary>
    public NatsListenerError Error { get; }
}
