using Rx.PgNotify.Benchmarks.Comparison.Receiving;
using Rx.PgNotify.Benchmarks.Comparison.Workloads;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Benchmarks.Comparison;

/// <summary>
/// All receivers side by side in one run: for each workload they take turns, each round in another order, while the
/// others have no connection. The first round of each is not counted.
/// </summary>
static class ReceiverComparison
{
    static readonly Burst s_warmUp = new(20_000, bytes: 8);

    /// <returns>The table, as Markdown.</returns>
    public static async Task<string> RunAsync(Scale scale)
    {
        await using var server = await PostgresServer.StartAsync();
        var connectionString = await server.CreateDatabaseAsync();
        await using var receivers = await ReceiverSet.StartAsync(connectionString);
        using var sender = new Sender(connectionString);
        var lines = new List<string>();
        Write($"{Environs.Describe(server)}, {receivers.Libpq}; median of {scale.Rounds} rounds (least to most).\n\n{ResultTable.Header}");
        foreach (var receiver in receivers.Processes)
            await WarmUpAsync(receiver, sender);
        foreach (var workload in scale.Workloads)
        {
            foreach (var row in await CompareAsync(workload, receivers.Processes, sender, scale.Rounds))
                Write(row);
        }

        return string.Join('\n', lines);

        void Write(string line)
        {
            lines.Add(line);
            Console.WriteLine(line);
        }
    }

    // Until nothing is left to compile: what runs once in a turn, such as connecting, is optimised after 30 and again after 60 of
    // them, and compiling costs as much CPU time as a hundred thousand notifications.
    static async Task WarmUpAsync(ReceiverProcess receiver, Sender sender)
    {
        for (var turn = 0; turn < 80; turn++)
            await s_warmUp.MeasureAsync(receiver, sender);
    }

    static async Task<IEnumerable<string>> CompareAsync(
        Workload workload, IReadOnlyList<ReceiverProcess> receivers, Sender sender, int rounds)
    {
        var table = new ResultTable();
        var suitable = receivers.Where(receiver => workload.Suits(receiver.Kind)).ToList();
        for (var round = -1; round < rounds; round++)
        {
            for (var turn = 0; turn < suitable.Count; turn++)
            {
                var receiver = suitable[(turn + round + 1) % suitable.Count];
                var figures = await workload.MeasureAsync(receiver, sender);
                if (round >= 0)
                    table.Add(receiver.Kind, figures);
            }
        }

        return table.Rows(workload.Name);
    }
}
