namespace Rx.PgNotify.LocalPostgres;

/// <summary>A place a server may come from. <see cref="PostgresServer.StartAsync"/> tries several in order.</summary>
public interface IPostgresSource
{
    /// <summary>The name by which <c>PGNOTIFY_POSTGRES_SOURCE</c> chooses it: one word in lower case.</summary>
    string Name { get; }

    /// <summary>Starts a server, or finds one that runs, and returns when it accepts connections.</summary>
    /// <param name="options">What is asked for, with the environment's choices already filled in.</param>
    /// <param name="cancellationToken">Ends the attempt; what it made is removed.</param>
    /// <exception cref="SourceUnavailableException">Not possible here: the next source is tried.</exception>
    Task<IPostgresInstance> StartAsync(PostgresServerOptions options, CancellationToken cancellationToken);
}
