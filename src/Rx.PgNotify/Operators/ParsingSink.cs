namespace Rx.PgNotify.Operators;

/// <summary>Passes on the results of those of the source's values that have one.</summary>
/// <remarks>
/// What parsing throws comes from the user's callback and is treated like what an observer throws: the subscription ends
/// and the exception goes to the source.
/// </remarks>
sealed class ParsingSink<TSource, TResult>(IObserver<TResult> observer, ParsingSink<TSource, TResult>.TryParse tryParse)
    : Sink<TSource>
{
    /// <summary>Turns a value into a result, or finds that it has none.</summary>
    internal delegate bool TryParse(TSource value, out TResult? result);

    public override void OnNext(TSource value)
    {
        bool hasResult;
        TResult? result;
        try
        {
            hasResult = tryParse(value, out result);
        }
        catch
        {
            Dispose();
            throw;
        }

        if (hasResult)
            observer.OnNext(result!);
    }

    public override void OnCompleted() => observer.OnCompleted();

    public override void OnError(Exception error) => observer.OnError(error);
}
