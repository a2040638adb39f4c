using System.Diagnostics;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Threads that send bursts for a while, with random pauses.</summary>
static class Producers
{
    public const int Count = 4;

    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    /// <summary>How many values each has sent.</summary>
    /// <param name="seed">Of the bursts and the pauses.</param>
    /// <param name="longestPause">In microseconds.</param>
    /// <param name="send">Sends a producer's value of a number.</param>
    /// <param name="enough">Whether the observer has seen enough to end: its thread may get its turn late.</param>
    public static int[] Run(int seed, int longestPause, Action<int, int> send, Func<bool>? enough = null)
    {
        var sent = new int[Count];
        var threads = Enumerable.Range(0, Count).Select(producer => new Thread(() =>
        {
            var random = new Random(seed + producer);
            var clock = Stopwatch.StartNew();
            while (clock.ElapsedMilliseconds < 700 || (enough is not null && !enough() && clock.Elapsed < s_deadline))
            {
                for (var burst = random.Next(20); burst >= 0; burst--)
                    send(producer, sent[producer]++);
                Spin(TimeSpan.FromMicroseconds(random.Next(longestPause)));
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        return sent;
    }

    // Random pauses to vary the interleaving, not to wait for anything.
    public static void Spin(TimeSpan time)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time;)
            Thread.Yield();
    }
}
