using Npgsql;
using Rx.PgNotify.Connections;

namespace Rx.PgNotify.Tool.Connections;

/// <summary>Opens a connection, or ends within a second of the cancellation, with that.</summary>
/// <remarks>Npgsql itself may go on waiting, until its timeout, for a server that takes connections and says nothing.</remarks>
static class PromptOpening
{
    internal static Task<NpgsqlConnection> OpenAsync(this NpgsqlDataSource database, CancellationToken cancellation) =>
        PromptlyAsync(database.OpenConnectionAsync(cancellation).AsTask(), cancellation);

    internal static Task<NpgsqlConnection> OpenPromptlyAsync(this ConnectionSource source, CancellationToken cancellation) =>
        PromptlyAsync(source.OpenAsync(cancellation), cancellation);

    static async Task<NpgsqlConnection> PromptlyAsync(Task<NpgsqlConnection> opening, CancellationToken cancellation)
    {
        try
        {
            return await opening.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            await CloseAsync(opening).EndsSoonAsync();
            throw;
        }
    }

    static async Task CloseAsync(Task<NpgsqlConnection> opening)
    {
        try
        {
            await (await opening).DisposeAsync();
        }
        catch (Exception e) when (e is OperationCanceledException || Failure.Describe(e) is not null)
        {
            // Nobody waits for it any more.
        }
    }
}
