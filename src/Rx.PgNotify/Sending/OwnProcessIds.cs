using System.Reactive.Concurrency;

namespace Rx.PgNotify.Sending;

/// <summary>The process ids of a notifier's backends, present and recent.</summary>
/// <remarks>
/// A notification may still be on its way to an observer when its connection is lost, so an id is remembered for a while.
/// Not for long: the operating system gives it to another process one day, and what that sends must not be taken for ours.
/// </remarks>
sealed class OwnProcessIds(IStopwatch clock)
{
    static readonly TimeSpan s_memory = TimeSpan.FromMinutes(1);

    const int MostPast = 64;

    // Replaced as a whole by the pump alone; read by any thread. The present backend's, if there is one, is the last.
    volatile (int ProcessId, TimeSpan Until)[] _entries = [];

    /// <summary>Before anything is sent by this backend.</summary>
    internal void Add(int processId) =>
        _entries = [.. _entries.Where(entry => entry.ProcessId != processId).TakeLast(MostPast), (processId, TimeSpan.MaxValue)];

    /// <summary>The present backend is not used any more.</summary>
    internal void Retire()
    {
        var now = clock.Elapsed;
        _entries = [.. _entries.Where(entry => entry.Until > now).Select(entry =>
            entry.Until == TimeSpan.MaxValue ? (entry.ProcessId, now + s_memory) : entry)];
    }

    internal bool Contains(int processId)
    {
        foreach (var entry in _entries)
        {
            if (entry.ProcessId == processId)
                return entry.Until == TimeSpan.MaxValue || entry.Until > clock.Elapsed;
        }

        return false;
    }
}
