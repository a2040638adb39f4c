using System.Diagnostics;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>All receivers of a run, and those who send to them.</summary>
sealed class Audience(IReadOnlyList<Receiver> receivers, IReadOnlyList<CommitLog> channels, LedgerSenders senders)
{
    public IReadOnlyList<Receiver> Receivers => receivers;

    /// <summary>All observers that there are at the moment.</summary>
    public IEnumerable<StressObserver> Observers() => receivers.SelectMany(receiver => receiver.Observers());

    /// <summary>Who does not know all that was committed, and was not told that something is missing.</summary>
    public IEnumerable<string> Stale() => receivers.SelectMany(receiver => receiver.Stale());

    /// <summary>Sends so many notifications on each channel.</summary>
    public async Task SendAsync(int count)
    {
        foreach (var channel in channels)
            await senders.SendAsync([channel], count, 0);
    }

    /// <summary>Waits until nobody is stale.</summary>
    /// <returns>Whether that came about.</returns>
    public async Task<bool> SettlesAsync()
    {
        var start = Stopwatch.GetTimestamp();
        while (Stale().Any())
        {
            if (Stopwatch.GetElapsedTime(start) > Eventually.Deadline)
                return false;
            await Task.Delay(10);
        }

        return true;
    }
}
