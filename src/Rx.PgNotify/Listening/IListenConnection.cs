namespace Rx.PgNotify.Listening;

/// <summary>
/// Where a listener's notifications come from: one connection after the other and never two at a time, each opened, served and closed.
/// </summary>
/// <remarks>Used by the pump alone; only <see cref="AbortAsync"/> is for any thread.</remarks>
interface IListenConnection
{
    /// <summary>Opens a connection, serves it as long as it is needed, and closes it.</summary>
    /// <param name="listening">Is called when what is wanted is listened to.</param>
    /// <returns>What it failed of; <see langword="null"/> if it was closed because nobody needs it.</returns>
    Task<Exception?> RunAsync(Action listening);

    /// <summary>
    /// Breaks what is under way, of this connection or, between two, of the next one. Once the loop has to stop: it can't be undone.
    /// </summary>
    /// <returns>Completes at once, when it is under way.</returns>
    Task AbortAsync();

    /// <summary>What no further attempt can mend, of a failure before the first connection; <see langword="null"/> if one may.</summary>
    (PgListenerError Error, string Message)? FindPermanent(Exception failure);

    /// <summary>The same of any failure, also of one after a connection; <see langword="null"/> if a further attempt may help.</summary>
    (PgListenerError Error, string Message)? FindFinal(Exception failure) => null;
}
