namespace Rx.PgNotify.Threading;

/// <summary>
/// While it lasts, what is started on this thread does not take the caller's <see cref="ExecutionContext"/> along. A loop or a timer
/// that did would keep the <see cref="AsyncLocal{T}"/>s, the transaction and the trace of whoever happened to come first.
/// </summary>
/// <remarks>Begin and dispose it on one thread, with no <c>await</c> in between.</remarks>
readonly ref struct SuppressedFlow
{
    readonly Undo _undo;

    SuppressedFlow(Undo undo) => _undo = undo;

    enum Undo
    {
        Nothing,
        Suppress,
        Restore,
    }

    /// <summary>May be nested, and called where a caller has suppressed the flow already.</summary>
    internal static SuppressedFlow Begin()
    {
        if (ExecutionContext.IsFlowSuppressed())
            return default;
        ExecutionContext.SuppressFlow();
        return new SuppressedFlow(Undo.Restore);
    }

    /// <summary>The opposite, for work that a scheduler runs at once, on the thread that has suppressed the flow.</summary>
    internal static SuppressedFlow Lift()
    {
        if (!ExecutionContext.IsFlowSuppressed())
            return default;
        ExecutionContext.RestoreFlow();
        return new SuppressedFlow(Undo.Suppress);
    }

    /// <summary>Runs <paramref name="work"/> on the thread pool.</summary>
    internal static Task Run(Func<Task> work)
    {
#pragma warning disable MA0100 // nothing of the task depends on it: the pool's thread has the flow of its own
        using (Begin())
            return Task.Run(work);
#pragma warning restore MA0100
    }

    public void Dispose()
    {
        if (_undo == Undo.Restore)
            ExecutionContext.RestoreFlow();
        else if (_undo == Undo.Suppress)
            ExecutionContext.SuppressFlow();
    }
}
