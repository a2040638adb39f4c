using System.Collections.ObjectModel;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Rx.PgNotify.Tests.Binding;

/// <summary>Contexts, errors and disposal. A row is a letter, as in <see cref="BindToEditsTests"/>.</summary>
[WithoutContext]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BindToTests : IDisposable
{
    readonly SingleThreadContext _context = new();
    readonly Subject<string> _source = new();
    readonly ObservableCollection<char> _target = [];
    readonly CollectionEvents<char> _events;
    readonly List<Exception> _errors = [];

    public BindToTests() => _events = new CollectionEvents<char>(_target);

    public void Dispose()
    {
        _source.Dispose();
        _context.Dispose();
    }

    [Test]
    public void Snapshot_WithAContextCurrentAtTheCall_IsAppliedThere()
    {
        using var binding = _context.Within(() => Bind(context: null));

        _source.OnNext("ab");
        Assert.That(_target, Is.Empty);

        _context.Run();
        Assert.That(_target, Is.EqualTo("ab"));
    }

    [Test]
    public void Snapshot_WithAContextGiven_IsAppliedThereAndNotOnTheCurrentOne()
    {
        using var other = new SingleThreadContext();
        using var binding = other.Within(() => Bind());

        other.Within(() => Send("ab"));

        Assert.That(other.Pending, Is.Zero);
        Assert.That(_context.Pending, Is.EqualTo(1));
        _context.Run();
        Assert.That(_target, Is.EqualTo("ab"));
    }

    [Test]
    public void Snapshot_WithoutAContext_IsAppliedBeforeOnNextReturns()
    {
        using var binding = Bind(context: null);

        _source.OnNext("ab");
        Assert.That(_target, Is.EqualTo("ab"));
    }

    [Test]
    public void Snapshots_WhileTheContextIsBusy_ArePostedOnceAndOnlyTheLatestIsApplied()
    {
        using var binding = Bind();

        _source.OnNext("ab");
        _source.OnNext("xyz");
        _source.OnNext("abc");
        Assert.That(_context.Pending, Is.EqualTo(1));

        _context.RunOne();
        Assert.That(_events.ToString(), Is.EqualTo("+0:a +1:b +2:c"));
        Assert.That(_context.Pending, Is.Zero, "nothing is posted for nothing");

        _source.OnNext("ac");
        _context.RunOne();
        Assert.That(_target, Is.EqualTo("ac"));
    }

    [Test]
    public void Snapshots_ThatComeInsideAnEvent_FollowInAPostOfTheirOwn()
    {
        using var binding = Bind();
        OnFirstChange(() =>
        {
            Send("xy");
            Send("z");
            Assert.That(_context.Pending, Is.Zero, "posted only once this one is applied");
        });
        _source.OnNext("ab");

        _context.RunOne();
        Assert.That(_target, Is.EqualTo("ab"));
        Assert.That(_context.Pending, Is.EqualTo(1));

        _context.RunOne();
        Assert.That(_events.ToString(), Is.EqualTo("+0:a +1:b -1:b -0:a +0:z"));
    }

    [Test]
    public void Snapshots_ThatComeInsideAnEventWithoutAContext_FollowAfterwards()
    {
        using var binding = Bind(context: null);
        OnFirstChange(() =>
        {
            Send("xy");
            Send("z");
        });

        _source.OnNext("ab");

        Assert.That(_events.ToString(), Is.EqualTo("+0:a +1:b -1:b -0:a +0:z"));
    }

    [Test]
    public void Handler_ThatPumpsTheContext_SeesNoSnapshotInsideAnother()
    {
        using var binding = Bind();
        OnFirstChange(() =>
        {
            Send("z");
            _context.Run();
        });
        _source.OnNext("ab");

        _context.Run();

        Assert.That(_events.ToString(), Is.EqualTo("+0:a +1:b -1:b -0:a +0:z"));
    }

    [Test]
    public void ChangeFromElsewhere_BetweenSnapshots_IsUndone()
    {
        using var binding = Bind(context: null);
        _source.OnNext("abc");
        _target.Move(0, 2);
        _target.Add('x');

        _source.OnNext("abc");

        Assert.That(_target, Is.EqualTo("abc"));
    }

    [Test]
    public void Completion_LeavesTheLastSnapshotAndStillAppliesIt()
    {
        using var binding = Bind();
        _source.OnNext("ab");
        _source.OnCompleted();
        _context.Run();

        Assert.That(_target, Is.EqualTo("ab"));
        Assert.That(_errors, Is.Empty);
    }

    [Test]
    public void Source_ThatGoesOnAfterItsEnd_IsNotHeard([Values] bool failed)
    {
        IObserver<char[]>? observer = null;
        using var binding = new Unruly(o => observer = o).BindTo(_target, char.ToLowerInvariant, onError: _errors.Add);
        observer!.OnNext(['a', 'b']);
        if (failed)
            observer.OnError(new InvalidOperationException("first"));
        else
            observer.OnCompleted();

        observer.OnNext(['x']);
        observer.OnError(new InvalidOperationException("second"));

        Assert.That(_target, Is.EqualTo("ab"));
        Assert.That(_errors.Select(e => e.Message), Is.EqualTo(failed ? ["first"] : Array.Empty<string>()));
    }

    [Test]
    public void Error_OfTheSource_GoesToOnErrorOnTheContextAfterTheSnapshotBeforeIt()
    {
        using var binding = Bind();
        _source.OnNext("ab");
        _source.OnError(new InvalidOperationException("source"));
        Assert.That(_errors, Is.Empty);
        Assert.That(_context.Pending, Is.EqualTo(1));

        _context.Run();

        Assert.That(_target, Is.EqualTo("ab"));
        Assert.That(_errors.Single().Message, Is.EqualTo("source"));
    }

    [Test]
    public void Error_WithoutOnError_IsThrownOnTheContext()
    {
        using var binding = _source.Select(s => s.ToArray()).BindTo(_target, char.ToLowerInvariant, context: _context);
        _source.OnError(new InvalidOperationException("source"));

        Assert.That(_context.Run, Throws.InvalidOperationException.With.Message.EqualTo("source"));
    }

    [Test]
    public void Error_WithoutOnErrorAndWithoutAContext_IsThrownIntoTheSource()
    {
        using var binding = _source.Select(s => s.ToArray()).BindTo(_target, char.ToLowerInvariant);

        Assert.That(
            () => _source.OnError(new InvalidOperationException("source")),
            Throws.InvalidOperationException.With.Message.EqualTo("source"));
    }

    [Test]
    public void Error_InSubscribeOfTheSource_GoesToOnError()
    {
        using var binding = new Unruly(_ => throw new InvalidOperationException("subscribe"))
            .BindTo(_target, char.ToLowerInvariant, onError: _errors.Add);

        Assert.That(_errors.Single().Message, Is.EqualTo("subscribe"));
    }

    [Test]
    public void Snapshot_WithTwoEqualKeys_EndsTheBindingAndChangesNothing()
    {
        using var binding = Bind(context: null);
        _source.OnNext("ab");
        _events.Clear();

        _source.OnNext("cbxB");

        Assert.That(_errors.Single(), Is.TypeOf<InvalidOperationException>().With.Message.EqualTo(
            "The rows at positions 1 and 3 of a snapshot have the same key; a key must be unique."));
        Assert.That(_events.ToString(), Is.Empty);
        Assert.That(_source.HasObservers, Is.False);
    }

    [Test]
    public void Snapshot_WithANullKey_EndsTheBindingAndSaysWhere()
    {
        using var rows = new Subject<string?[]>();
        using var binding = rows.BindTo(new ObservableCollection<string?>(), row => row!, onError: _errors.Add);

        rows.OnNext(["a", null]);

        Assert.That(_errors.Single().Message, Is.EqualTo("The row at position 1 of a snapshot has null as its key."));
        Assert.That(rows.HasObservers, Is.False);
    }

    [Test]
    public void Snapshot_ThatIsNull_EndsTheBindingAndSaysSo()
    {
        using var rows = new Subject<string[]>();
        using var binding = rows.BindTo(new ObservableCollection<string>(), row => row, onError: _errors.Add);

        rows.OnNext(null!);

        Assert.That(_errors.Single().Message, Is.EqualTo("The source gave null instead of a snapshot."));
    }

    [Test]
    public void KeySelectorOrComparer_ThatThrows_EndsTheBindingAndChangesNothing([Values] bool selector)
    {
        _target.Add('a');
        _events.Clear();
        var broken = new InvalidOperationException("broken");
        using var binding = _source.Select(s => s.ToArray()).BindTo(
            _target,
            row => selector && row == 'A' ? throw broken : char.ToLowerInvariant(row),
            EqualityComparer<char>.Create((_, _) => throw broken),
            onError: _errors.Add);

        _source.OnNext("xyA");

        Assert.That(_errors, Is.EqualTo(new[] { broken }));
        Assert.That(_events.ToString(), Is.Empty);
        Assert.That(_source.HasObservers, Is.False);
    }

    [Test]
    public void Handler_ThatThrows_EndsTheBindingAndThrowsOnTheContext()
    {
        using var binding = Bind();
        OnFirstChange(() => throw new InvalidOperationException("handler"));
        _source.OnNext("ab");

        Assert.That(_context.Run, Throws.InvalidOperationException.With.Message.EqualTo("handler"));
        Assert.That(_errors, Is.Empty, "it is not the source's error");
        Assert.That(_target, Is.EqualTo("a"));
        Assert.That(_source.HasObservers, Is.False);
    }

    [Test]
    public void Dispose_WithASnapshotOrAnErrorPending_LetsNeitherThrough([Values] bool failed)
    {
        var binding = Bind();
        _source.OnNext("ab");
        if (failed)
            _source.OnError(new InvalidOperationException("source"));

        binding.Dispose();
        binding.Dispose();
        _context.Run();

        Assert.That(_target, Is.Empty);
        Assert.That(_errors, Is.Empty);
        Assert.That(_source.HasObservers, Is.False);
    }

    [Test]
    public void Dispose_FromInsideAnEvent_StopsInTheMiddleOfTheSnapshot()
    {
        var binding = new SingleAssignmentDisposable();
        binding.Disposable = Bind();
        OnFirstChange(() =>
        {
            Send("z");
            binding.Dispose();
        });
        _source.OnNext("abc");

        _context.Run();

        Assert.That(_events.ToString(), Is.EqualTo("+0:a"));
        Assert.That(_source.HasObservers, Is.False);
    }

    [TestCase("snapshots")]
    [TestCase("target")]
    [TestCase("keySelector")]
    public void BindTo_WithoutAnArgument_Throws(string missing) => Assert.That(
        () => PgObservable.BindTo<char, char>(
            missing is "snapshots" ? null! : Observable.Never<char[]>(),
            missing is "target" ? null! : _target,
            missing is "keySelector" ? null! : char.ToLowerInvariant),
        Throws.ArgumentNullException.With.Property("ParamName").EqualTo(missing));

    IDisposable Bind() => Bind(_context);

    IDisposable Bind(SynchronizationContext? context) =>
        _source.Select(s => s.ToArray()).BindTo(_target, char.ToLowerInvariant, context: context, onError: _errors.Add);

    bool Send(string snapshot)
    {
        _source.OnNext(snapshot);
        return true;
    }

    void OnFirstChange(Action action)
    {
        var isFirst = true;
        _target.CollectionChanged += (_, _) =>
        {
            if (isFirst)
            {
                isFirst = false;
                action();
            }
        };
    }

    // None of Rx's operators in between, which would keep the rules in its place.
    sealed class Unruly(Action<IObserver<char[]>> subscribed) : IObservable<char[]>
    {
        public IDisposable Subscribe(IObserver<char[]> observer)
        {
            subscribed(observer);
            return Disposable.Empty;
        }
    }
}
