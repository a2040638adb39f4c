namespace Rx.PgNotify.Diagnostics;

/// <summary>An exception whose message says all of its cause that is worth saying: an inner exception is for its stack.</summary>
interface ICompleteMessage
{
    /// <inheritdoc cref="Exception.Message"/>
    string Message { get; }
}
