using System.Diagnostics;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Threads that send bursts for a while, with random pauses.</summary>
static class Producers
{
    public const int Count = 4;

    /// <summary>How many values each has sent.</summary>
    public static int[] Run(int seed, int longestPause, Action<int, int> send)
    {
        var sent = new int[Count];
        var threads = Enumerable.Range(0, Count).Select(producer => new Thread(() =>
        {
            var random = new Random(seed + producer);
            var clock = Stopwatch.StartNew();
            while (clock.ElapsedMilliseconds < 700)
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
