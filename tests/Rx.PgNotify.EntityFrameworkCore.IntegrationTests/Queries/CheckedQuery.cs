namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>A live query whose latest result is compared with a fresh one.</summary>
sealed class CheckedQuery : IObserver<string>, IDisposable
{
    readonly string _name;
    readonly Func<Task<string>> _fresh;
    readonly IDisposable _subscription;
    volatile string? _latest;
    volatile string? _end;
    int _failedRuns;

    public CheckedQuery(string name, Func<Action<Exception>, IObservable<string>> live, Func<Task<string>> fresh)
    {
        (_name, _fresh) = (name, fresh);
        _subscription = live(_ => Interlocked.Increment(ref _failedRuns)).Subscribe(this);
    }

    public int Results { get; private set; }

    public int FailedRuns => Volatile.Read(ref _failedRuns);

    public void OnNext(string value)
    {
        Results++;
        _latest = value;
    }

    public void OnError(Exception error) => _end = error.ToString();

    public void OnCompleted() => _end = "completed";

    /// <summary>While nobody writes.</summary>
    public async Task UntilSettledAsync()
    {
        var fresh = await _fresh();
        await Eventually.BecomesAsync(() => Task.FromResult(_end ?? _latest), latest => latest == fresh, expectation: $"{_name}: {fresh}");
    }

    public void Dispose() => _subscription.Dispose();
}
