using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.PgNotify.Threading;

/// <summary>
/// Schedules on a scheduler of the user's, which is foreign code: an event loop that was disposed throws, on whatever thread happens to
/// schedule. That failure is returned. What the work itself throws is not: from a scheduler that runs its work at once it goes on to
/// the caller, like what any call of an observer throws.
/// </summary>
static class GuardedScheduling
{
    /// <summary>Rx's default scheduler. When it is first used it starts a timer for the life of the process: in nobody's context.</summary>
    internal static IScheduler Default
    {
        get
        {
            using var flow = SuppressedFlow.Begin();
            return DefaultScheduler.Instance;
        }
    }

    /// <summary>
    /// Refuses the schedulers of Rx that run work on the thread that schedules it, and sleep there until it is due. A loop that waits
    /// with one would be held up where it only means to start a timer, and so would whoever leaves a channel that lingers.
    /// </summary>
    internal static void ThrowIfBlocking(IScheduler scheduler, string option)
    {
        if (scheduler is ImmediateScheduler or CurrentThreadScheduler)
            throw new ArgumentException($"{option} must not be the {scheduler.GetType().Name}, which blocks the calling thread until a delay is over.", option);
    }

    /// <summary>Starts a stopwatch that never throws. A timer that the scheduler starts for it runs in nobody's context.</summary>
    internal static IStopwatch StartClock(this IScheduler scheduler)
    {
        using var flow = SuppressedFlow.Begin();
        return new GuardedClock(scheduler.StartStopwatch());
    }

    /// <summary>Schedules without the caller's <see cref="ExecutionContext"/>.</summary>
    /// <param name="scheduler">The scheduler.</param>
    /// <param name="state">What <paramref name="work"/> gets.</param>
    /// <param name="delay">When; <see langword="null"/> for as soon as possible.</param>
    /// <param name="work">Gets the scheduler to go on with, and <paramref name="state"/>.</param>
    /// <param name="scheduled">Cancels the work, which may have run before this returns.</param>
    /// <returns>What the scheduler threw; <see langword="null"/> if it took the work.</returns>
    internal static Exception? TrySchedule<T>(
        this IScheduler scheduler, T state, TimeSpan? delay, Action<IScheduler, T> work, out IDisposable scheduled)
    {
        var guarded = new Work<T>(state, work);
        try
        {
            using var flow = SuppressedFlow.Begin();
            scheduled = new Scheduled(delay is { } due
                ? scheduler.Schedule(guarded, due, static (self, work) => work.Run(self))
                : scheduler.Schedule(guarded, static (self, work) => work.Run(self)));
            return null;
        }
        catch (Exception e) when (!guarded.HasThrown)
        {
            scheduled = Disposable.Empty;
            return e;
        }
    }

    /// <summary>A delay by the user's scheduler.</summary>
    /// <returns>Fails with what the scheduler threw; is cancelled by the token.</returns>
    internal static Task DelayAsync(this IScheduler scheduler, TimeSpan delay, CancellationToken cancellationToken)
    {
        var due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (scheduler.TrySchedule(due, delay, static (_, due) => due.TrySetResult(), out var timer) is { } failure)
        {
            due.SetException(failure);
            return due.Task;
        }

        var leaving = cancellationToken.UnsafeRegister(_ =>
        {
            due.TrySetCanceled(cancellationToken);
            timer.Dispose();
        }, null);
        _ = due.Task.ContinueWith(
            static (_, leaving) => ((CancellationTokenRegistration)leaving!).Unregister(),
            leaving, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return due.Task;
    }

    // Disposed on threads where an exception would end the process. Whether the scheduler has really cancelled the work does not matter.
    sealed class Scheduled(IDisposable inner) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                inner.Dispose();
            }
            catch (Exception)
            {
                // A work item that runs all the same finds nothing to do.
            }
        }
    }

    sealed class Work<T>(T state, Action<IScheduler, T> run)
    {
        internal bool HasThrown { get; private set; }

        internal IDisposable Run(IScheduler self)
        {
            // If it runs at once, on the scheduling thread, observers must not see that the flow is suppressed.
            using var flow = SuppressedFlow.Lift();
            try
            {
                run(self, state);
                return Disposable.Empty;
            }
            catch (Exception)
            {
                HasThrown = true;
                throw;
            }
        }
    }
}
