using System.Reactive.Concurrency;

namespace Rx.PgNotify.VirtualTime;

/// <summary>Virtual time that counts milliseconds from 0. What is due at the same time runs in the order of scheduling.</summary>
sealed class TestScheduler : VirtualTimeScheduler<long, long>
{
    public HotObservable<T> CreateHot<T>(IEnumerable<Recorded<T>> messages) => new(this, messages);

    public HotObservable<char> CreateHot(string marbles) => CreateHot(Marbles.Parse(marbles));

    public ColdObservable<T> CreateCold<T>(IEnumerable<Recorded<T>> messages) => new(this, messages);

    public Recorder<T> CreateRecorder<T>() => new(this);

    /// <summary>Subscribes now, lets all time pass, and returns what came.</summary>
    public Recorder<T> Record<T>(IObservable<T> source)
    {
        var recorder = CreateRecorder<T>();
        using (source.Subscribe(recorder))
            Start();
        return recorder;
    }

    protected override long Add(long absolute, long relative) => absolute + relative;

    protected override DateTimeOffset ToDateTimeOffset(long absolute) =>
        DateTimeOffset.UnixEpoch.AddMilliseconds(absolute);

    protected override long ToRelative(TimeSpan timeSpan)
    {
        Assert.That(timeSpan.Ticks % TimeSpan.TicksPerMillisecond, Is.Zero, "virtual time has whole milliseconds");
        return timeSpan.Ticks / TimeSpan.TicksPerMillisecond;
    }
}
