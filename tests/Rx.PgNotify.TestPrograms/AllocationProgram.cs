using System.Diagnostics.Metrics;
using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// Receives the same with a listener and with Npgsql alone, in turn, and prints what the process allocated for each
/// notification: several rounds of a burst and then of single notifications, for each round a line with the listener's
/// bytes and Npgsql's, and an empty line behind the last one.
/// </summary>
static class AllocationProgram
{
    const int Rounds = 7;
    const int Burst = 40_000;
    const int Singles = 1_000;

    internal static async Task<int> RunAsync()
    {
        var connectionString = Environment.GetEnvironmentVariable("ALLOCATION_CONNECTION")!;
        var channel = Environment.GetEnvironmentVariable("ALLOCATION_CHANNEL")!;
        using var meters = Environment.GetEnvironmentVariable("ALLOCATION_METERS") is null ? null : Collect();
        await using var sender = new NpgsqlConnection(connectionString);
        await sender.OpenAsync();

        await using var listener = new PgListener(connectionString);
        using var byListener = new Arrivals();
        using var subscription = await listener.Channel($"{channel}_library").SubscribeAsync(_ => byListener.Add());

        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        using var byNpgsql = new Arrivals();
        connection.Notification += (_, _) => byNpgsql.Add();
        await using (var listen = new NpgsqlCommand($"LISTEN \"{channel}_by_hand\"", connection))
            await listen.ExecuteNonQueryAsync();
        _ = WaitAsync(connection);

        // Everything below blocks this thread: what sending and waiting allocate then is the same each time.
        foreach (var (times, count) in ((int, int)[])[(1, Burst), (Singles, 1)])
        {
            using var toListener = Sending(count, $"{channel}_library", sender);
            using var toNpgsql = Sending(count, $"{channel}_by_hand", sender);
            for (var round = 0; round < Rounds; round++)
            {
                var byLibrary = Receive(toListener, times, count, byListener);
                var byHand = Receive(toNpgsql, times, count, byNpgsql);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{byLibrary:0.0} {byHand:0.0}"));
            }

            Console.WriteLine();
        }

        return 0;
    }

    static double Receive(NpgsqlCommand send, int times, int count, Arrivals arrivals)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < times; i++)
        {
            arrivals.Expect(count);
            send.ExecuteNonQuery();
            arrivals.Wait();
        }

        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)(times * count);
    }

    static NpgsqlCommand Sending(int count, string channel, NpgsqlConnection sender) => new(
        "SELECT count(pg_notify($1, n::text)) FROM generate_series(100001, 100000 + $2) n", sender)
    {
        Parameters = { new() { Value = channel }, new() { Value = count } },
    };

    // As a collector does that looks now and then: it has asked for all instruments.
    static MeterListener Collect()
    {
        var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Rx.PgNotify")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<long>((_, _, _, _) => { });
        meters.SetMeasurementEventCallback<double>((_, _, _, _) => { });
        meters.Start();
        return meters;
    }

    static async Task WaitAsync(NpgsqlConnection connection)
    {
        while (true)
            await connection.WaitAsync();
    }

    sealed class Arrivals : IDisposable
    {
        readonly ManualResetEventSlim _all = new();
        int _missing;

        public void Dispose() => _all.Dispose();

        internal void Expect(int count)
        {
            _missing = count;
            _all.Reset();
        }

        internal void Wait() => _all.Wait();

        internal void Add()
        {
            if (--_missing == 0)
                _all.Set();
        }
    }
}
