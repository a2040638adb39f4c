using System.Collections.ObjectModel;
using System.Reactive.Concurrency;
using System.Runtime.ExceptionServices;
using Rx.PgNotify.Operators;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Binding;

/// <summary>Applies the latest snapshot to a collection, one after the other, on a context or else on the source's thread.</summary>
/// <remarks>
/// The lock guards the fields and nothing else. Whoever finds work and nobody at it takes the turn
/// (<c>_working</c>), which passes to the one action that is posted at a time. So applications never overlap or nest,
/// also on a context of several threads or when a handler of the collection pumps messages, and whatever comes
/// meanwhile replaces the one snapshot that waits.
/// </remarks>
sealed class SnapshotBinding<T, TKey>(
    ObservableCollection<T> target,
    Func<T, TKey> keySelector,
    IEqualityComparer<T> comparer,
    SynchronizationContext? context,
    Action<Exception>? onError)
    : Sink<IReadOnlyList<T>>
    where TKey : notnull
{
    readonly Lock _gate = new();
    readonly SynchronizationContextScheduler? _scheduler = context is null ? null : new(context);

    IReadOnlyList<T>? _latest;
    Exception? _error;
    bool _isWaiting;
    bool _hasEnded;
    bool _working;
    volatile bool _isDisposed;

    public override void OnNext(IReadOnlyList<T> value)
    {
        lock (_gate)
        {
            if (_hasEnded)
                return;
            _latest = value;
            _isWaiting = true;
        }

        Work();
    }

    public override void OnError(Exception error)
    {
        lock (_gate)
        {
            if (_hasEnded)
                return;
            _hasEnded = true;
            _error = error;
        }

        Work();
    }

    public override void OnCompleted()
    {
        lock (_gate)
            _hasEnded = true;
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = _hasEnded = true;
            _isWaiting = false;
            _latest = null;
            _error = null;
        }

        base.Dispose();
    }

    void Work()
    {
        lock (_gate)
        {
            if (_working || !HasWork)
                return;
            _working = true;
        }

        if (_scheduler is null)
            WorkHere();
        else
            Post();
    }

    bool HasWork => _isWaiting || _error is not null;

    // One at a time, so that whatever else waits for the context gets its turn in between. In a loop, so that on a context
    // that runs its posts at once they don't nest.
    void Post()
    {
        Posted posted;
        do
        {
            posted = new Posted(this);
            if (_scheduler!.TrySchedule(posted, delay: null, static (_, posted) => posted.Run(), out _) is { } failure)
            {
                Fail(failure); // nothing can be applied any more
                return;
            }
        }
        while (posted.HasBeenRunWithMoreToDo());
    }

    void WorkHere()
    {
        while (WorkOnce())
        {
        }
    }

    /// <returns>Whether there is more; if not, the turn is given back.</returns>
    bool WorkOnce()
    {
        bool isSnapshot;
        IReadOnlyList<T>? snapshot;
        Exception? error;
        lock (_gate)
        {
            (isSnapshot, snapshot, error) = (_isWaiting, _latest, _error);
            _isWaiting = false;
            _latest = null;
        }

        if (isSnapshot)
            Apply(snapshot);
        else if (error is not null)
            Fail(error);

        lock (_gate)
            return _working = HasWork;
    }

    void Apply(IReadOnlyList<T>? snapshot)
    {
        List<ListEdit<T>> edits;
        try
        {
            edits = snapshot is null
                ? throw new InvalidOperationException("The source gave null instead of a snapshot.")
                : SnapshotDiff.Between(target, snapshot, keySelector, comparer);
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }

        try
        {
            foreach (var edit in edits)
            {
                if (_isDisposed)
                    return;
                edit.ApplyTo(target);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    // Of the turn; both methods' threads differ unless the context ran it while it was being posted.
    sealed class Posted(SnapshotBinding<T, TKey> binding)
    {
        readonly int _postingThread = Environment.CurrentManagedThreadId;
        bool _hasReturned; // used by the posting thread alone
        bool _hasMore;

        internal void Run()
        {
            var isNested = Environment.CurrentManagedThreadId == _postingThread && !_hasReturned;
            var hasMore = binding.WorkOnce();
            if (isNested)
                _hasMore = hasMore;
            else if (hasMore)
                binding.Post();
        }

        internal bool HasBeenRunWithMoreToDo()
        {
            _hasReturned = true;
            return _hasMore;
        }
    }

    void Fail(Exception error)
    {
        Dispose();
        if (onError is null)
            ExceptionDispatchInfo.Throw(error);
        else
            onError(error);
    }
}
