using Npgsql;

namespace Rx.PgNotify;

/// <summary>Stub.</summary>
public sealed class PgListener : IAsyncDisposable
{
    /// <summary>Stub.</summary>
    public PgListener(string connectionString, PgListenerOptions? options = null) => throw new NotSupportedException();

    /// <summary>Stub.</summary>
    public PgListener(NpgsqlDataSource dataSource, PgListenerOptions? options = null) => throw new NotSupportedException();

    /// <summary>Stub.</summary>
    public IObservable<ListenerState> State => throw new NotSupportedException();

    /// <summary>Stub.</summary>
    public PgChannel Channel(string name) => throw new NotSupportedException();

    /// <summary>Stub.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
