namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// Subscribes with an asynchronous handler, which is awaited: one call at a time, in order, for every value. Values that
    /// arrive during a call wait in a bounded queue.
    /// </summary>
    /// <remarks>
    /// <para>
    /// It takes the place of an <c>async</c> lambda for <c>Subscribe</c>, which is <c>async void</c>: there the calls overlap,
    /// and what one throws ends the process. Here what it throws, at once or later, ends this subscription and goes to
    /// <paramref name="onError"/>, as an error of the source does. To go on after a failure, catch in the handler; or use
    /// <see cref="SelectAwait{TSource}(IObservable{TSource}, Func{TSource, CancellationToken, Task}, int)"/>, which this is, with
    /// <c>RetryWhen</c> before <c>Subscribe</c>.
    /// </para>
    /// <para>
    /// When the queue is full, the oldest of signals is dropped, and one Resync for each channel concerned stands in the place
    /// of what was; of other values none is dropped, and an <see cref="InvalidOperationException"/> ends the subscription.
    /// Where the latest value is enough:
    /// <see cref="SelectConflated{TSource}(IObservable{TSource}, Func{TSource, CancellationToken, Task})"/>.
    /// </para>
    /// <para>
    /// Neither the source nor <c>Dispose</c> waits for a call. The handler is called on the source's thread, up to its first
    /// real wait, or where the call before it completed. Behind <c>ObserveOn</c> with a synchronization context it is always called
    /// in the context.
    /// </para>
    /// </remarks>
    /// <typeparam name="TSource">The type of the values.</typeparam>
    /// <param name="source">Where the values come from.</param>
    /// <param name="onNext">
    /// The handler. Its token is cancelled when the subscription ends before the call does; what the call then throws is dropped.
    /// </param>
    /// <param name="onError">
    /// Takes what the source failed with, what the handler threw, or that the queue overflowed. Nothing follows it.
    /// </param>
    /// <param name="onCompleted">
    /// Is called when the source has completed and all that it sent is handled. Default <see langword="null"/>: nobody is notified.
    /// </param>
    /// <param name="capacity">
    /// How many values may wait behind the one that is handled; the queue takes memory as they come. Default 65,536; 1 or more.
    /// </param>
    /// <returns>
    /// Ends the subscription: cancels the token of the call under way, drops what waits, and returns at once.
    /// </returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="source"/>, <paramref name="onNext"/> or <paramref name="onError"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is less than 1.</exception>
    public static IDisposable SubscribeAwait<TSource>(
        this IObservable<TSource> source,
        Func<TSource, CancellationToken, Task> onNext,
        Action<Exception> onError,
        Action? onCompleted = null,
        int capacity = DefaultAwaitCapacity)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(onNext);
        ArgumentNullException.ThrowIfNull(onError);
        return source.SelectAwait(onNext, capacity).Subscribe(static _ => { }, onError, onCompleted ?? (static () => { }));
    }
}
