using System.Globalization;
using Rx.PgNotify.Benchmarks.Comparison.Receiving;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Benchmarks.Comparison;

/// <summary>Rx.PgNotify and a plain loop, both listening to channels on which nothing is sent, at the same time.</summary>
static class IdleComparison
{
    const int Channels = 1_000;

    // What starting leaves behind (compilation in the background, threads that end) is over by then.
    static readonly TimeSpan s_settling = TimeSpan.FromSeconds(30);

    // What a heartbeat runs is optimised after 30 and again after 60 of them, and compiling costs as much CPU time as a
    // quarter of an hour of being idle.
    const int HeartbeatsToWarmUp = 75;

    /// <returns>The table, as Markdown.</returns>
    public static async Task<string> RunAsync(TimeSpan duration)
    {
        await using var server = await PostgresServer.StartAsync();
        var connectionString = await server.CreateDatabaseAsync();
        await using var loop = ReceiverProcess.StartDotNet(ReceiverKind.SubjectLoop, connectionString);
        await using var listener = ReceiverProcess.StartDotNet(ReceiverKind.PgListener, connectionString);
        await WarmUpAsync(listener);
        await Task.WhenAll(loop.ListenAsync("idle", Channels), listener.ListenAsync("idle", Channels));
        await Task.Delay(s_settling < duration ? s_settling : duration);

        var before = (Loop: await loop.UsageAsync(), Listener: await listener.UsageAsync());
        await Task.Delay(duration);
        var after = (Loop: await loop.UsageAsync(), Listener: await listener.UsageAsync());

        return string.Join('\n',
            string.Create(CultureInfo.InvariantCulture, $"{Environs.Describe(server)}; {duration.TotalSeconds:0} s idle, {Channels:N0} channels."),
            "",
            "| | CPU, ms a minute | allocated, B a minute |",
            "|---|---:|---:|",
            Row("`WaitAsync` loop", before.Loop, after.Loop),
            Row("Rx.PgNotify", before.Listener, after.Listener));

        static async Task WarmUpAsync(ReceiverProcess listener)
        {
            await listener.SetHeartbeatAsync(1);
            await listener.ListenAsync("idle", Channels);
            await Task.Delay(TimeSpan.FromSeconds(HeartbeatsToWarmUp));
            await listener.CloseAsync();
            await listener.SetHeartbeatAsync((int)new PgListenerOptions().Heartbeat.TotalSeconds);
        }

        string Row(string name, (long Cpu, long Bytes) from, (long Cpu, long Bytes) to) => string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {(to.Cpu - from.Cpu) / 1e6 / duration.TotalMinutes:0.00} | {(to.Bytes - from.Bytes) / duration.TotalMinutes:#,0} |");
    }
}
