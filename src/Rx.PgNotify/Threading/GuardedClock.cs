using System.Diagnostics;
using System.Reactive.Concurrency;

namespace Rx.PgNotify.Threading;

/// <summary>
/// The stopwatch of a scheduler of the user's, which may be made of a wall clock of theirs. It is read on threads that nobody above
/// guards: where it throws, real time takes its place.
/// </summary>
sealed class GuardedClock(IStopwatch inner) : IStopwatch
{
    readonly long _start = Stopwatch.GetTimestamp();

    public TimeSpan Elapsed
    {
        get
        {
            try
            {
                return inner.Elapsed;
            }
            catch (Exception)
            {
                return Stopwatch.GetElapsedTime(_start);
            }
        }
    }
}
