using System.Collections.ObjectModel;
using System.Runtime.ExceptionServices;
using Rx.PgNotify.Operators;

namespace Rx.PgNotify.Binding;

/// <summary>Applies the latest snapshot to a collection, one after the other, on a context or else on the source's thread.</summary>
/// <remarks>
/// <c>_gate</c> guards the fields and nothing else. Whoever finds work and nobody at it takes the turn (<c>_isWorking</c>), which
/// passes to the one action that is posted at a time. So applications never overlap or nest, also on a context of several threads
/// or when a handler of the collection pumps messages, and whatever comes meanwhile replaces the one snapshot that waits.
/// </remarks>
sealed class SnapshotBinding<T, TKey> : Sink<IReadOnlyList<T>>
    where TKey : notnull
{
    readonly ObservableCollection<T> _target;
    readonly Func<T, TKey> _keySelector;
    readonly IEqualityComparer<TKey> _keyComparer;
    readonly IEqualityComparer<T> _valueComparer;
    readonly ContextLoop? _loop;
    readonly Action<Exception>? _onError;
    readonly Lock _gate = new();

    // In all states but Over a snapshot may wait, in Failed also the error behind it. Written under the lock; read without it while a
    // snapshot is applied, to stop when the subscriber has left.
    volatile SourceState _source;
    Exception? _error;
    Snapshot? _waiting;

    // Stays set when a handler of the collection or of the error throws: all is over then.
    bool _isWorking;

    internal SnapshotBinding(
        ObservableCollection<T> target,
        Func<T, TKey> keySelector,
        IEqualityComparer<TKey> keyComparer,
        IEqualityComparer<T> valueComparer,
        SynchronizationContext? context,
        Action<Exception>? onError)
    {
        _target = target;
        _keySelector = keySelector;
        _keyComparer = keyComparer;
        _valueComparer = valueComparer;
        _loop = context is null ? null : new ContextLoop(context, WorkOnce, Fail);
        _onError = onError;
    }

    bool HasWork => _waiting is not null || _source == SourceState.Failed;

    public override void OnNext(IReadOnlyList<T> value)
    {
        lock (_gate)
        {
            if (_source != SourceState.Active)
                return;
            _waiting = new Snapshot(value);
        }

        Work();
    }

    public override void OnError(Exception error)
    {
        lock (_gate)
        {
            if (_source != SourceState.Active)
                return;
            _source = SourceState.Failed;
            _error = error;
        }

        Work();
    }

    public override void OnCompleted()
    {
        lock (_gate)
        {
            if (_source == SourceState.Active)
                _source = SourceState.Completed;
        }
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            _source = SourceState.Over;
            _waiting = null;
            _error = null;
        }

        base.Dispose();
    }

    void Work()
    {
        lock (_gate)
        {
            if (_isWorking || !HasWork)
                return;
            _isWorking = true;
        }

        if (_loop is not null)
            _loop.Post();
        else
        {
            while (WorkOnce())
            {
            }
        }
    }

    /// <returns>Whether there is more; if not, the turn is given back.</returns>
    bool WorkOnce()
    {
        Snapshot? snapshot;
        Exception? error;
        lock (_gate)
        {
            (snapshot, error) = (_waiting, _error);
            _waiting = null;
        }

        if (snapshot is { } taken)
            Apply(taken.Rows);
        else if (error is not null)
            Fail(error);

        lock (_gate)
            return _isWorking = HasWork;
    }

    void Apply(IReadOnlyList<T>? rows)
    {
        List<ListEdit<T>> edits;
        try
        {
            edits = rows is null
                ? throw new InvalidOperationException("The source gave null instead of a snapshot.")
                : SnapshotDiff.Between(_target, rows, _keySelector, _keyComparer, _valueComparer);
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
                if (_source == SourceState.Over)
                    return;
                edit.ApplyTo(_target);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    void Fail(Exception error)
    {
        Dispose();
        if (_onError is null)
            ExceptionDispatchInfo.Throw(error);
        else
            _onError(error);
    }

    // Null rows are the source's mistake, but one that is reported only when they would be applied.
    readonly record struct Snapshot(IReadOnlyList<T>? Rows);
}
