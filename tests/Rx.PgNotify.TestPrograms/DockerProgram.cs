using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// Starts a server as the tests do, from a Docker engine where one answers, prints where it came from, and after a line
/// of input does so again. When none can be had, the message goes to the error output, and the exit code is 1.
/// </summary>
static class DockerProgram
{
    public static async Task<int> RunAsync()
    {
        try
        {
            await StartAsync();
            await Console.In.ReadLineAsync();
            await StartAsync();
            return 0;
        }
        catch (PostgresServerException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    static async Task StartAsync()
    {
        await using var server = await PostgresServer.StartAsync(
            new PostgresServerOptions { Owned = true, AdditionalSource = new DockerPostgres() });
        Console.WriteLine(server.Source);
    }
}
