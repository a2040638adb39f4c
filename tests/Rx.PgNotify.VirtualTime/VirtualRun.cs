namespace Rx.PgNotify.VirtualTime;

/// <summary>An asynchronous function whose runs take a fixed time, or end when told, and are counted.</summary>
/// <remarks>What awaits a run goes on within the call that ends it: virtual time has one thread.</remarks>
sealed class VirtualRun(TestScheduler time, int duration)
{
    readonly List<string> _log = [];
    TaskCompletionSource<string>? _current;
    int _active;

    /// <summary>What the runs were given and when they began, such as <c>0:a 40:c</c>.</summary>
    public string Starts => string.Join(' ', _log);

    public bool WereTwoAtOnce { get; private set; }

    public CancellationToken Token { get; private set; }

    /// <summary>A run ends with its own input as its result.</summary>
    public Task<string> Start(string input, CancellationToken cancellationToken)
    {
        _log.Add($"{time.Clock}:{input}");
        WereTwoAtOnce |= ++_active > 1;
        Token = cancellationToken;
        var run = _current = new TaskCompletionSource<string>();
        if (duration > 0)
            time.ScheduleRelative(run, duration, (_, ending) =>
            {
                _current = ending;
                Succeed(input);
                return System.Reactive.Disposables.Disposable.Empty;
            });
        return run.Task;
    }

    public void Fail(Exception error) => End(run => run.TrySetException(error));

    public void Succeed(string result) => End(run => run.TrySetResult(result));

    // A continuation runs inline only on a thread without a context, and the test runner's has one.
    void End(Action<TaskCompletionSource<string>> end)
    {
        _active--;
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            end(_current!);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
