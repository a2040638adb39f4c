namespace Rx.PgNotify.TestFixtures;

/// <summary>Keeps what an observer was called with, and checks the grammar: nothing overlaps, nothing follows the end.</summary>
sealed class Recorder<T> : IObserver<T>
{
    readonly Lock _gate = new();
    readonly List<T> _items = [];
    int _callsUnderWay;

    public Exception? Error { get; private set; }

    public bool HasCompleted { get; private set; }

    /// <summary>What broke the Rx grammar, if anything did.</summary>
    public string? Violation { get; private set; }

    public bool HasEnded => HasCompleted || Error is not null;

    public IReadOnlyList<T> Items
    {
        get
        {
            lock (_gate)
                return [.. _items];
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _items.Count;
        }
    }

    public void OnNext(T value) => Call("OnNext", () => _items.Add(value));

    public void OnError(Exception error) => Call("OnError", () => Error = error);

    public void OnCompleted() => Call("OnCompleted", () => HasCompleted = true);

    public Task UntilAsync(Func<IReadOnlyList<T>, bool> condition, string message) =>
        Eventually.IsTrueAsync(() => condition(Items), expectation: message);

    public Task UntilCountAsync(int count) =>
        Eventually.IsTrueAsync(() => Count >= count, expectation: $"{count} elements");

    public Task UntilEndedAsync() => Eventually.IsTrueAsync(() => HasEnded, expectation: "the sequence should end");

    void Call(string name, Action record)
    {
        if (Interlocked.Increment(ref _callsUnderWay) != 1)
            Violation ??= $"{name} overlaps another call";
        lock (_gate)
        {
            if (HasEnded)
                Violation ??= $"{name} after the end";
            record();
        }

        Interlocked.Decrement(ref _callsUnderWay);
    }
}
