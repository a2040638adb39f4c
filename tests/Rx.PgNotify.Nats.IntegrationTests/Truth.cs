using System.Globalization;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Nats.IntegrationTests;

/// <summary>A table with one number, which counts up from 0; each change is notified to a channel of the same name, with the number.</summary>
sealed class Truth
{
    readonly PostgresServer _server;

    Truth(PostgresServer server) => _server = server;

    public string Channel { get; } = UniqueChannel.Name("truth");

    /// <summary>The number that was committed last.</summary>
    public int Committed { get; private set; }

    public static async Task<Truth> CreateAsync(PostgresServer server)
    {
        var truth = new Truth(server);
        await server.ExecuteAsync($"CREATE TABLE {truth.Channel} AS SELECT 0 AS number");
        return truth;
    }

    /// <summary>Commits the next number and its notification in one transaction.</summary>
    public async Task CommitAsync()
    {
        await _server.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            WITH changed AS (UPDATE {Channel} SET number = {Committed + 1} RETURNING number)
            SELECT pg_notify('{Channel}', number::text) FROM changed
            """));
        Committed++;
    }

    public async Task<int> ReadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return (int)(await _server.ExecuteAsync($"SELECT number FROM {Channel}"))!;
    }
}
