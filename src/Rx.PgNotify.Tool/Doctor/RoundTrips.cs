using System.Diagnostics;
using System.Globalization;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Npgsql;

namespace Rx.PgNotify.Tool.Doctor;

/// <summary>Notifications sent on one connection and received by a listener on another, one after the other.</summary>
static class RoundTrips
{
    const int Count = 20;

    internal static async Task<Finding> RunAsync(NpgsqlConnection sender, PgChannel channel, CancellationToken limit)
    {
        var times = new List<double>(Count);
        try
        {
            await OnceAsync(sender, channel, "warm-up", limit);
            while (times.Count < Count)
                times.Add(await OnceAsync(sender, channel, times.Count.ToString(CultureInfo.InvariantCulture), limit));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new Finding(
                Checks.RoundTrip,
                Verdict.Problem,
                string.Create(CultureInfo.InvariantCulture, $"Only {times.Count} of {Count} notifications arrived within the time."),
                "A larger --timeout distinguishes a slow path from a broken one. A session that takes its time to COMMIT a NOTIFY holds up all others.");
        }

        times.Sort();
        var (median, worst) = (times[Count / 2], times[^1]);
        return new Finding(
            Checks.RoundTrip,
            Verdict.Ok,
            string.Create(CultureInfo.InvariantCulture, $"{Count} of {Count} arrived: median {median:0.0} ms, worst {worst:0.0} ms."))
        {
            Figures = [("count", Count), ("medianMs", Math.Round(median, 3)), ("worstMs", Math.Round(worst, 3))],
        };
    }

    static async Task<double> OnceAsync(NpgsqlConnection sender, PgChannel channel, string payload, CancellationToken limit)
    {
        // The channel is listened to already, so that this subscription is in force at once.
        var arrival = channel.FirstAsync(notification => string.Equals(notification.Payload, payload, StringComparison.Ordinal)).ToTask(limit);
        var start = Stopwatch.GetTimestamp();
        await sender.NotifyAsync(channel.Name, payload, limit).WaitAsync(limit);
        await arrival.WaitAsync(limit);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
