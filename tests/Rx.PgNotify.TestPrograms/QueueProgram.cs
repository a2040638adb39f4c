using Npgsql;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// Watches a server's notification queue as in a beginner's first program: without an error handler, and with an observer
/// that throws.
/// </summary>
static class QueueProgram
{
    internal static async Task<int> RunAsync()
    {
        await using var database = NpgsqlDataSource.Create(Environment.GetEnvironmentVariable("QUEUE_CONNECTION")!);
        using var subscription = database.NotificationQueueUsage(TimeSpan.FromSeconds(1))
            .Subscribe(_ => throw new FormatException("thrown by the observer"));

        // The end of the input is the end of the test; an exception has to come before it.
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
