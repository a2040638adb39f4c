using System.Reactive;

namespace Rx.PgNotify.Operators;

/// <summary>Functions that have no result, for the sinks, which emit one.</summary>
static class UnitTasks
{
    internal const string NoTask = "The function returned no task.";

    static readonly Task<Unit> s_completed = Task.FromResult(Unit.Default);

    /// <summary>The function with <see cref="Unit"/> as its result. Where it completes at once that allocates nothing.</summary>
    internal static Func<TSource, CancellationToken, Task<Unit>> WithUnit<TSource>(Func<TSource, CancellationToken, Task> function) =>
        (value, cancellationToken) => function(value, cancellationToken) switch
        {
            null => throw new InvalidOperationException(NoTask),
            { IsCompletedSuccessfully: true } => s_completed,
            var run => CompleteAsync(run),
        };

    static async Task<Unit> CompleteAsync(Task run)
    {
        await run.ConfigureAwait(false);
        return Unit.Default;
    }
}
