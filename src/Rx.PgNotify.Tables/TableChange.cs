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
    /// <returns>Such as <c>Insert</c>, or <c>Reload(Truncated)</c>.</returns>
    public sealed override string ToString() => this is Reload { Reason: var reason } ? $"Reload({reason})" : GetType().Name;

    /// <summary>A row was inserted, or an updated one got this as its key.</summary>
    public sealed record Insert : TableChange<T>
    {
        /// <summary>Makes one, as a test does.</summary>
        /// <param name="row">The row.</param>
        public Insert(T row) => New = row;

        /// <summary>The row.</summary>
        public T New { get; }

        /// <summary>For the pattern <c>Insert(var row)</c>.</summary>
        /// <param name="row">The row.</param>
        public void Deconstruct(out T row) => row = New;
    }

    /// <summary>A row was updated; its key stayed the same.</summary>
    public sealed record Update : TableChange<T>
    {
        /// <summary>Makes one, as a test does.</summary>
        /// <param name="oldRow">The row as it was, or the default of <typeparamref name="T"/>.</param>
        /// <param name="newRow">The row as it is.</param>
        public Update(T? oldRow, T newRow) => (Old, New) = (oldRow, newRow);

        /// <summary>
        /// The row as it was, if the trigger reports it (<see cref="TableTriggerOptions.IncludeOld"/>); else the default of
        /// <typeparamref name="T"/>.
        /// </summary>
        public T? Old { get; }

        /// <summary>The row as it is.</summary>
        public T New { get; }

        /// <summary>For the pattern <c>Update(var before, var after)</c>.</summary>
        /// <param name="oldRow">The row as it was, or the default of <typeparamref name="T"/>.</param>
        /// <param name="newRow">The row as it is.</param>
        public void Deconstruct(out T? oldRow, out T newRow) => (oldRow, newRow) = (Old, New);
    }

    /// <summary>A row was deleted, or an updated one had this as its key.</summary>
    public sealed record Delete : TableChange<T>
    {
        /// <summary>Makes one, as a test does.</summary>
        /// <param name="row">The row as it was.</param>
        public Delete(T row) => Old = row;

        /// <summary>The row as it was.</summary>
        public T Old { get; }

        /// <summary>For the pattern <c>Delete(var row)</c>.</summary>
        /// <param name="row">The row as it was.</param>
        public void Deconstruct(out T row) => row = Old;
    }

    /// <summary>Something has changed, or may have, that no row reports: read the table anew.</summary>
    public sealed record Reload : TableChange<T>
    {
        /// <summary>Makes one, as a test does.</summary>
        /// <param name="reason">Why no row reports it.</param>
        /// <param name="rowCount">How many rows a statement changed; default <see langword="null"/>: not reported.</param>
        public Reload(ReloadReason reason, long? rowCount = null) => (Reason, RowCount) = (reason, rowCount);

        /// <summary>Why no row reports it.</summary>
        public ReloadReason Reason { get; }

        /// <summary>How many rows a statement changed, if that was reported; else <see langword="null"/>.</summary>
        public long? RowCount { get; }
    }
}
