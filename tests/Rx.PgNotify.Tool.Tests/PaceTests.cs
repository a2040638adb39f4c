using Rx.PgNotify.Tool.Sending;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
sealed class PaceTests
{
    readonly HandTurnedClock _clock = new();

    [Test]
    public void Next_AfterTheFirst_IsDueAnIntervalLater()
    {
        var pace = new Pace(TimeSpan.FromSeconds(1), _clock);
        Assert.That(pace.NextAsync(default).IsCompleted);

        var second = pace.NextAsync(default);
        _clock.Turn(TimeSpan.FromMilliseconds(999));
        Assert.That(second.IsCompleted, Is.False);
        _clock.Turn(TimeSpan.FromMilliseconds(1));
        Assert.That(second.IsCompleted);
    }

    [Test]
    public void Next_AfterASendThatTookLong_KeepsTheRhythm()
    {
        var pace = new Pace(TimeSpan.FromSeconds(1), _clock);
        _ = pace.NextAsync(default);
        _clock.Turn(TimeSpan.FromMilliseconds(600));

        var second = pace.NextAsync(default);
        _clock.Turn(TimeSpan.FromMilliseconds(400));

        Assert.That(second.IsCompleted);
    }

    [Test]
    public void Next_AfterAPause_MakesUpForATenthOfASecondOnly()
    {
        var pace = new Pace(TimeSpan.FromMilliseconds(10), _clock);
        _clock.Turn(TimeSpan.FromMinutes(1));

        var atOnce = 0;
        while (pace.NextAsync(default).IsCompleted)
            atOnce++;

        Assert.That(atOnce, Is.EqualTo(11));
    }

    [Test]
    public void Next_OnceItIsCancelled_Throws()
    {
        using var cancelled = new CancellationTokenSource();
        var pace = new Pace(TimeSpan.Zero, _clock);
        Assert.That(pace.NextAsync(cancelled.Token).IsCompleted);
        cancelled.Cancel();
        Assert.That(() => pace.NextAsync(cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>A clock that stands still until it is turned.</summary>
    sealed class HandTurnedClock : TimeProvider
    {
        readonly List<HandTurnedTimer> _timers = [];
        TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new HandTurnedTimer(_now + dueTime, () => callback(state));
            _timers.Add(timer);
            return timer;
        }

        internal void Turn(TimeSpan time)
        {
            _now += time;
            foreach (var timer in _timers.Where(timer => timer.Due <= _now).ToArray())
            {
                _timers.Remove(timer);
                timer.Fire();
            }
        }
    }

    sealed class HandTurnedTimer(TimeSpan due, Action fire) : ITimer
    {
        internal TimeSpan Due => due;

        internal void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
