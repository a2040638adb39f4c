using System.Globalization;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// Takes whatever server the environment offers and prints where it came from, its port and whether it is owned, and
/// what comes of stopping it.
/// </summary>
static class DescribeProgram
{
    public static async Task<int> RunAsync()
    {
        try
        {
            await using var server = await PostgresServer.StartAsync();
            Console.WriteLine(server.Source);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"port {server.Port}, owned {server.IsOwned}"));
            await server.StopAsync();
            Console.WriteLine("stopped");
        }
        catch (PostgresServerException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.Message);
        }

        return 0;
    }
}
