using System.Reactive.Concurrency;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Binding;

/// <summary>
/// Runs round after round on a context while there is more to do, each in a post of its own, so that whatever else waits for the
/// context gets its turn in between. One post is pending at most.
/// </summary>
/// <param name="context">Where to run.</param>
/// <param name="runOnce">Runs one round; returns whether there is more to do.</param>
/// <param name="failed">Takes what the context throws when it is posted to. Nothing runs after that.</param>
sealed class ContextLoop(SynchronizationContext context, Func<bool> runOnce, Action<Exception> failed)
{
    readonly Func<bool> _runOnce = runOnce;
    readonly SynchronizationContextScheduler _scheduler = new(context);

    /// <summary>Begins, if nothing is pending or running.</summary>
    /// <remarks>In a loop, so that on a context that runs its posts at once they don't nest.</remarks>
    internal void Post()
    {
        Round round;
        do
        {
            round = new Round(this);
            if (_scheduler.TrySchedule(round, delay: null, static (_, round) => round.Run(), out _) is { } failure)
            {
                failed(failure);
                return;
            }
        }
        while (round.EndPosting());
    }

    // A round runs on the posting thread only if the context runs it while it is being posted. _hasMore is written only in that case, so
    // both fields are used by the posting thread alone.
    sealed class Round(ContextLoop loop)
    {
        readonly int _postingThread = Environment.CurrentManagedThreadId;
        bool _isPosted;
        bool _hasMore;

        internal void Run()
        {
            var isNested = Environment.CurrentManagedThreadId == _postingThread && !_isPosted;
            var hasMore = loop._runOnce();
            if (isNested)
                _hasMore = hasMore;
            else if (hasMore)
                loop.Post();
        }

        /// <returns>Whether it was run already and there is more to do.</returns>
        internal bool EndPosting()
        {
            _isPosted = true;
            return _hasMore;
        }
    }
}
