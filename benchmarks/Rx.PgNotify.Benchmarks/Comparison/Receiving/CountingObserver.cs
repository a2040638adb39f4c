using System.Diagnostics;

namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>Does as little as an observer can.</summary>
sealed class CountingObserver<T>(Action isDone) : IObserver<T>, ICounter
{
    int _remaining;
    long[]? _times;

    public void Expect(int count, long[]? times)
    {
        _remaining = count;
        _times = times;
    }

    public void OnNext(T value)
    {
        if (_times is not null)
            _times[^_remaining] = Stopwatch.GetTimestamp();
        if (--_remaining == 0)
            isDone();
    }

    public void OnError(Exception error) => Console.Error.WriteLine($"receiver: {error.Message}");

    public void OnCompleted()
    {
    }
}
