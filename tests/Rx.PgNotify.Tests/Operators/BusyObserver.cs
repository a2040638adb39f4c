namespace Rx.PgNotify.Tests.Operators;

/// <summary>An observer that stays in its first OnNext until it is released.</summary>
sealed class BusyObserver : IDisposable
{
    readonly ManualResetEventSlim _busy = new();
    readonly ManualResetEventSlim _released = new();
    int _received;

    public List<int> Bursts { get; } = [];

    public int Received => Volatile.Read(ref _received);

    public int Latest { get; private set; }

    public bool WasHeldUp { get; private set; }

    public void OnNext(IReadOnlyList<int> burst)
    {
        _busy.Set();
        WasHeldUp |= !_released.Wait(TimeSpan.FromMinutes(2));
        Bursts.Add(burst.Count);
        Latest = burst[^1];
        Interlocked.Add(ref _received, burst.Count);
    }

    public void WaitUntilBusy() => Assert.That(_busy.Wait(TimeSpan.FromMinutes(2)), Is.True);

    public void Release() => _released.Set();

    public void Dispose()
    {
        _busy.Dispose();
        _released.Dispose();
    }
}
