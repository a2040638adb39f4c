namespace Rx.PgNotify.LocalPostgres;

/// <summary>How a server is asked to stop; the modes of PostgreSQL's own <c>pg_ctl stop</c>.</summary>
public enum ShutdownMode
{
    /// <summary>Transactions are rolled back, clients are disconnected, then the server shuts down cleanly.</summary>
    Fast,

    /// <summary>The server waits until every client has gone by itself.</summary>
    Smart,

    /// <summary>All server processes quit at once; the next start goes through crash recovery.</summary>
    Immediate,
}
