using Npgsql;

namespace Rx.PgNotify.Tool.Connections;

static class PromptOpening
{
    /// <summary>Opens a connection, or ends at once with the cancellation.</summary>
    /// <remarks>Npgsql itself may go on waiting, until its timeout, for a server that takes connections and says nothing.</remarks>
    internal static async Task<NpgsqlConnection> OpenAsync(this NpgsqlDataSource database, CancellationToken cancellation)
    {
        var opening = database.OpenConnectionAsync(cancellation).AsTask();
        try
        {
            return await opening.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            _ = CloseAsync(opening);
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
