namespace Rx.PgNotify.LocalPostgres;

/// <summary>A running server as a source hands it out. Disposing it gives back all that the source made.</summary>
public interface IPostgresInstance : IAsyncDisposable
{
    /// <summary>How to connect, in Npgsql's form, with a superuser and a password.</summary>
    string ConnectionString { get; }

    /// <summary>Where it came from, as a phrase such as "the binaries in /usr/lib/postgresql/18/bin".</summary>
    string Source { get; }
}
