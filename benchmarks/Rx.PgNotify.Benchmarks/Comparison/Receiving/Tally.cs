using System.Diagnostics;

namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>Knows when all observers of a receiver have got what they expect.</summary>
sealed class Tally
{
    readonly List<ICounter> _counters = [];
    TaskCompletionSource<long> _completed = new();
    int _waiting;

    /// <summary>One more observer.</summary>
    public CountingObserver<T> Observer<T>()
    {
        var observer = new CountingObserver<T>(IsDone);
        _counters.Add(observer);
        return observer;
    }

    /// <summary>Forgets all observers.</summary>
    public void Clear() => _counters.Clear();

    /// <summary>To be called while nothing arrives.</summary>
    /// <param name="each">What each observer is to get.</param>
    /// <param name="times">Where the first observer notes when; <see langword="null"/> for nowhere.</param>
    /// <returns>The time of the last arrival.</returns>
    public Task<long> Expect(int each, long[]? times)
    {
        _completed = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting = _counters.Count;
        foreach (var counter in _counters)
            counter.Expect(each, counter == _counters[0] ? times : null);
        return _completed.Task;
    }

    void IsDone()
    {
        if (Interlocked.Decrement(ref _waiting) == 0)
            _completed.SetResult(Stopwatch.GetTimestamp());
    }
}
