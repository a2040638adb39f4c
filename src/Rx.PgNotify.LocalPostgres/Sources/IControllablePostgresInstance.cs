namespace Rx.PgNotify.LocalPostgres;

/// <summary>
/// A server that belongs to this process, which may therefore stop it, pause it and kill it. Its port and data stay the
/// same throughout. The calls come one at a time and only in a state that allows them.
/// </summary>
public interface IControllablePostgresInstance : IPostgresInstance
{
    /// <summary>Starts the server again after a stop or a kill; returns when it accepts connections.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops the server; returns when it has ended.</summary>
    /// <param name="mode">How.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task StopAsync(ShutdownMode mode, CancellationToken cancellationToken);

    /// <summary>Freezes every process of the server; returns when none of them runs.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task PauseAsync(CancellationToken cancellationToken);

    /// <summary>Lets a paused server go on.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task ResumeAsync(CancellationToken cancellationToken);

    /// <summary>Ends every process of the server without warning, as a power cut would.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task KillAsync(CancellationToken cancellationToken);
}
