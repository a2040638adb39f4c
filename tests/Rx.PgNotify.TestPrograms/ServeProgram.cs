using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// Starts a server of its own, prints its connection string as one line, and stays until it is ended from outside.
/// When none can be had, the message goes to the error output, and the exit code is 1.
/// </summary>
static class ServeProgram
{
    public static async Task<int> RunAsync()
    {
        try
        {
            var server = await PostgresServer.StartAsync(new PostgresServerOptions { Owned = true });
            Console.WriteLine(server.ConnectionString);
            await Task.Delay(Timeout.Infinite);
            return 0;
        }
        catch (PostgresServerException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }
}
