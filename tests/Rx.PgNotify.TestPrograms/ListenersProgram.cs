using System.Reactive.Linq;
using Npgsql;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// Makes listeners and notifiers one after the other, from a connection string with two hosts, and disposes them. Prints Npgsql's metric
/// points after the first ones and after all.
/// </summary>
static class ListenersProgram
{
    internal static async Task<int> RunAsync()
    {
        var connection = new NpgsqlConnectionStringBuilder(Environment.GetEnvironmentVariable("LISTENERS_CONNECTION"))
        {
            ApplicationName = $"listeners_{Guid.NewGuid():N}",
        };
        connection.Host = $"{connection.Host},{connection.Host}";
        using var points = new NpgsqlPoints(connection.ApplicationName);
        for (var round = 1; round <= 30; round++)
        {
            await using (var listener = new PgListener(connection.ConnectionString))
                await listener.Channel(connection.ApplicationName).Signals.FirstAsync();
            await using (var notifier = new PgNotifier(connection.ConnectionString))
                await notifier.NotifyAsync(connection.ApplicationName);
            if (round is 5 or 30)
                Console.WriteLine(points.Count());
        }

        return 0;
    }
}
