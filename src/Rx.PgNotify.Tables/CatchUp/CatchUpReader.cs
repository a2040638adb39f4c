namespace Rx.PgNotify.Tables.CatchUp;

/// <summary>Passes batches on, and moves the cursor only after the observer has returned.</summary>
/// <remarks>The cursor belongs to the holder of the turn in <see cref="ConflatedSink{TSource, TResult}"/>.</remarks>
sealed class CatchUpReader<T>(
    IObserver<CatchUpBatch<T>> observer,
    Func<CatchUpCursor?, CancellationToken, Task<CatchUpBatch<T>>> load,
    CatchUpCursor? from) : IObserver<CatchUpBatch<T>>
{
    CatchUpCursor? _cursor = from;

    internal async Task<CatchUpBatch<T>> LoadAsync(CancellationToken cancellationToken)
    {
        var loading = load(_cursor, cancellationToken) ?? throw new InvalidOperationException("The load returned no task.");
        return await loading.ConfigureAwait(false) ?? throw new InvalidOperationException("The load returned no batch.");
    }

    public void OnNext(CatchUpBatch<T> value)
    {
        observer.OnNext(value);
        _cursor = value.Cursor;
    }

    public void OnError(Exception error) => observer.OnError(error);

    public void OnCompleted() => observer.OnCompleted();
}
