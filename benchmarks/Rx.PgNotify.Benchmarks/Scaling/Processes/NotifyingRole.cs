using System.Diagnostics;
using System.Globalization;
using Rx.PgNotify.Benchmarks.Comparison.Workloads;

namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>Senders that notify, each on a connection and a thread of its own, and wait for each commit before the next one.</summary>
/// <remarks>
/// <code>
/// send SENDERS MILLISECONDS CHANNELS BYTES   ok COUNT DURATION   commits of one notification, to channels at random
/// single COUNT PAUSE                         ok [TIME…]          one after the other, with microseconds of pause: when each COMMIT went out
/// burst COUNT BYTES                          ok TIME             in one transaction: when its COMMIT had returned
/// </code>
/// </remarks>
sealed class NotifyingRole(string connectionString) : IRole
{
    readonly List<Sender> _senders = [];
    readonly List<string> _channels = [];

    public async Task<IReadOnlyList<long>> DoAsync(string[] words)
    {
        switch (words)
        {
            case ["send", var senders, var milliseconds, var channels, var bytes]:
                return await SendAsync(Number(senders), TimeSpan.FromMilliseconds(Number(milliseconds)), Number(channels), Number(bytes));
            case ["single", var count, var pause]:
                return await OnThreadAsync(() => Single(Senders(1)[0], Number(count), TimeSpan.FromMicroseconds(Number(pause))));
            case ["burst", var count, var bytes]:
                return [Senders(1)[0].Burst(ReceivingRole.ChannelPrefix, 1, Number(count), Number(bytes))];
            default:
                throw new InvalidOperationException("This is no command.");
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var sender in _senders)
            sender.Dispose();
        return default;
    }

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static Task<T> OnThreadAsync<T>(Func<T> run) =>
        Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    static long[] Single(Sender sender, int count, TimeSpan pause)
    {
        var sent = new long[count];
        for (var i = 0; i < count; i++)
        {
            Thread.Sleep(pause);
            sent[i] = sender.SingleInTransaction(ReceivingRole.ChannelPrefix + "0", "x");
        }

        return sent;
    }

    async Task<IReadOnlyList<long>> SendAsync(int senders, TimeSpan duration, int channels, int bytes)
    {
        for (var n = _channels.Count; n < channels; n++)
            _channels.Add(string.Create(CultureInfo.InvariantCulture, $"{ReceivingRole.ChannelPrefix}{n}"));
        var payload = new string('x', bytes);
        var ready = Senders(senders);
        var began = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(ready.Select((sender, seed) => OnThreadAsync(() => Send(sender, seed))));
        return [counts.Sum(), (long)Stopwatch.GetElapsedTime(began).TotalNanoseconds];

        long Send(Sender sender, int seed)
        {
            var random = new Random(seed);
            var count = 0L;
            for (; Stopwatch.GetElapsedTime(began) < duration; count++)
                sender.Single(_channels[random.Next(channels)], payload);
            return count;
        }
    }

    List<Sender> Senders(int count)
    {
        while (_senders.Count < count)
            _senders.Add(new Sender(connectionString));
        return _senders[..count];
    }
}
