using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Runtime.CompilerServices;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// <see cref="Isolate{T}(IObservable{T}, int, Action{long}, IScheduler)"/> for the signals of one or several channels:
    /// a gap is reported by a Resync for each channel that it concerns.
    /// </summary>
    /// <remarks>
    /// No Resync is lost. Where signals were dropped stands, for each channel that any of them was of, one Resync: with
    /// <see cref="ResyncReasons.Overflow"/> and the exact number of notifications dropped, if any were, and with the
    /// reasons and numbers of the Resyncs dropped with them.
    /// </remarks>
    /// <inheritdoc cref="Isolate{T}(IObservable{T}, int, Action{long}, IScheduler)" path="/param[@name!='onDropped']|/exception[not(contains(@cref,'ArgumentException'))]"/>
    /// <returns>The source's signals in order, with Resyncs in place of what was dropped.</returns>
    // The optional parameters differ, so without this a call that leaves them out is ambiguous.
    [OverloadResolutionPriority(1)]
    public static IObservable<ChannelSignal> Isolate(
        this IObservable<ChannelSignal> source, int capacity = DefaultIsolateCapacity, IScheduler? scheduler = null) =>
        IsolateSignals(source, capacity, scheduler);

    /// <inheritdoc cref="Isolate(IObservable{ChannelSignal}, int, IScheduler)"/>
    /// <typeparam name="T">What the payloads were parsed to.</typeparam>
    [OverloadResolutionPriority(1)]
    public static IObservable<ChannelSignal<T>> Isolate<T>(
        this IObservable<ChannelSignal<T>> source, int capacity = DefaultIsolateCapacity, IScheduler? scheduler = null) =>
        IsolateSignals(source, capacity, scheduler);

    static IObservable<TSignal> IsolateSignals<TSignal>(
        IObservable<TSignal> source, int capacity, IScheduler? scheduler)
        where TSignal : struct, ISignal<TSignal>
    {
        ArgumentNullException.ThrowIfNull(source);
        CheckIsolateCapacity(capacity);
        return Observable.Create<TSignal>(
            observer => new IsolateSignalsSink<TSignal>(observer, capacity, scheduler).SubscribeTo(source));
    }

    sealed class IsolateSignalsSink<TSignal>(IObserver<TSignal> observer, int capacity, IScheduler? scheduler)
        : IsolationSink<TSignal>(observer, capacity, scheduler)
        where TSignal : struct, ISignal<TSignal>
    {
        readonly IObserver<TSignal> _observer = observer;

        // They change places when a gap is taken: under a lasting overload no gap allocates.
        DroppedSignals _dropped = new();
        DroppedSignals _told = new();

        protected override void Drop(TSignal oldest) => _dropped.Add(oldest);

        protected override bool TakeGap()
        {
            if (_dropped.Count == 0)
                return false;
            (_dropped, _told) = (_told, _dropped);
            return true;
        }

        protected override void ReportGap()
        {
            for (var i = 0; i < _told.Count && !IsOver; i++)
                _observer.OnNext(TSignal.OfResync(_told[i]));
            _told.Clear();
        }
    }
}
