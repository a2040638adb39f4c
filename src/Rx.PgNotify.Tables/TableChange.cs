namespace Rx.PgNotify.Tables;

/// <summary>
/// What a table's trigger reported, or could not report: one of the cases below. (The compiler can't know that there are no
/// others: a <c>switch</c> ends with <c>_</c>.)
/// </summary>
/// <typeparam name="T">What a row, or what the trigger reports of it, is parsed to.</typeparam>
public abstract record TableChange<T>
{
    TableChange()
    {
    }

    /// <summary>For a log: the kind of change, never a row.</summary>
    public sealed override string ToString() => this is Reload { Reason: var reason } ? $"Reload({reason})" : GetType().Name;

    /// <summary>A row was inserted, or an updated one got this as its key.</summary>
    /// <param name="New">The row.</param>
    public sealed record Insert(T New) : TableChange<T>;

    /// <summary>A row was updated; its key stayed the same.</summary>
    /// <param name="Old">
    /// The row as it was, if the trigger reports it (<see cref="TableTriggerOptions.IncludeOld"/>); else the default of
    /// <typeparamref name="T"/>.
    /// </param>
    /// <param name="New">The row as it is.</param>
    public sealed record Update(T? Old, T New) : TableChange<T>;

    /// <summary>A row was deleted, or an updated one had this as its key.</summary>
    /// <param name="Old">The row as it was.</param>
    public sealed record Delete(T Old) : TableChange<T>;

    /// <summary>Something has changed, or may have, that no row reports: read the table anew.</summary>
    /// <param name="Reason">Why no row reports it.</param>
    /// <param name="Count">How many rows a statement changed, if that was reported.</param>
    public sealed record Reload(ReloadReason Reason, long? Count = null) : TableChange<T>;
}
