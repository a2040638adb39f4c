using System.Collections.ObjectModel;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Rx.PgNotify.Tests.Binding;

/// <summary>What ends a binding: completion, errors and bad arguments.</summary>
public sealed class BindToEndTests : BindToFixture
{
    [Test]
    public void Completion_LeavesTheLastSnapshotAndStillAppliesIt()
    {
        using var binding = Bind();
        Source.OnNext("ab");
        Source.OnCompleted();
        Context.Run();

        Assert.That(Target, Is.EqualTo("ab"));
        Assert.That(Errors, Is.Empty);
    }

    [Test]
    public void Source_ThatGoesOnAfterItsEnd_IsNotHeard([Values] bool failed)
    {
        IObserver<char[]>? observer = null;
        using var binding = new Unruly(o => observer = o).BindTo(Target, char.ToLowerInvariant, onError: Errors.Add);
        observer!.OnNext(['a', 'b']);
        if (failed)
            observer.OnError(new InvalidOperationException("first"));
        else
            observer.OnCompleted();

        observer.OnNext(['x']);
        observer.OnError(new InvalidOperationException("second"));

        Assert.That(Target, Is.EqualTo("ab"));
        Assert.That(Errors.Select(e => e.Message), Is.EqualTo(failed ? ["first"] : Array.Empty<string>()));
    }

    [Test]
    public void Error_OfTheSource_GoesToOnErrorOnTheContextAfterTheSnapshotBeforeIt()
    {
        using var binding = Bind();
        Source.OnNext("ab");
        Source.OnError(new InvalidOperationException("source"));
        Assert.That(Errors, Is.Empty);
        Assert.That(Context.Pending, Is.EqualTo(1));

        Context.Run();

        Assert.That(Target, Is.EqualTo("ab"));
        Assert.That(Errors.Single().Message, Is.EqualTo("source"));
    }

    [Test]
    public void Error_WithoutOnError_IsThrownOnTheContext()
    {
        using var binding = Source.Select(s => s.ToArray()).BindTo(Target, char.ToLowerInvariant, context: Context);
        Source.OnError(new InvalidOperationException("source"));

        Assert.That(Context.Run, Throws.InvalidOperationException.With.Message.EqualTo("source"));
    }

    [Test]
    public void Error_WithoutOnErrorAndWithoutAContext_IsThrownIntoTheSource()
    {
        using var binding = Source.Select(s => s.ToArray()).BindTo(Target, char.ToLowerInvariant);

        Assert.That(
            () => Source.OnError(new InvalidOperationException("source")),
            Throws.InvalidOperationException.With.Message.EqualTo("source"));
    }

    [Test]
    public void Error_InSubscribeOfTheSource_GoesToOnError()
    {
        using var binding = new Unruly(_ => throw new InvalidOperationException("subscribe"))
            .BindTo(Target, char.ToLowerInvariant, onError: Errors.Add);

        Assert.That(Errors.Single().Message, Is.EqualTo("subscribe"));
    }

    [Test]
    public void Snapshot_WithTwoEqualKeys_EndsTheBindingAndChangesNothing()
    {
        using var binding = Bind(context: null);
        Source.OnNext("ab");
        Events.Clear();

        Source.OnNext("cbxB");

        Assert.That(Errors.Single(), Is.TypeOf<InvalidOperationException>().With.Message.EqualTo(
            "The rows at positions 1 and 3 of a snapshot have the same key; a key must be unique."));
        Assert.That(Events.ToString(), Is.Empty);
        Assert.That(Source.HasObservers, Is.False);
    }

    [Test]
    public void Snapshot_WithANullKey_EndsTheBindingAndSaysWhere()
    {
        using var rows = new Subject<string?[]>();
        using var binding = rows.BindTo(new ObservableCollection<string?>(), row => row!, onError: Errors.Add);

        rows.OnNext(["a", null]);

        Assert.That(Errors.Single().Message, Is.EqualTo("The row at position 1 of a snapshot has null as its key."));
        Assert.That(rows.HasObservers, Is.False);
    }

    [Test]
    public void Snapshot_ThatIsNull_EndsTheBindingAndSaysSo()
    {
        using var rows = new Subject<string[]>();
        using var binding = rows.BindTo(new ObservableCollection<string>(), row => row, onError: Errors.Add);

        rows.OnNext(null!);

        Assert.That(Errors.Single().Message, Is.EqualTo("The source gave null instead of a snapshot."));
    }

    [Test]
    public void KeySelectorOrComparer_ThatThrows_EndsTheBindingAndChangesNothing([Values] bool selector)
    {
        Target.Add('a');
        Events.Clear();
        var broken = new InvalidOperationException("broken");
        using var binding = Source.Select(s => s.ToArray()).BindTo(
            Target,
            row => selector && row == 'A' ? throw broken : char.ToLowerInvariant(row),
            valueComparer: EqualityComparer<char>.Create((_, _) => throw broken),
            onError: Errors.Add);

        Source.OnNext("xyA");

        Assert.That(Errors, Is.EqualTo(new[] { broken }));
        Assert.That(Events.ToString(), Is.Empty);
        Assert.That(Source.HasObservers, Is.False);
    }

    [Test]
    public void KeyComparer_ThatThrows_EndsTheBindingAndChangesNothing()
    {
        Target.Add('a');
        Events.Clear();
        var broken = new InvalidOperationException("broken");
        using var binding = Source.Select(s => s.ToArray()).BindTo(
            Target, row => row, keyComparer: EqualityComparer<char>.Create((_, _) => false, row => row == 'b' ? throw broken : 0), onError: Errors.Add);

        Source.OnNext("xb");

        Assert.That(Errors, Is.EqualTo(new[] { broken }));
        Assert.That(Events.ToString(), Is.Empty);
        Assert.That(Source.HasObservers, Is.False);
    }

    [Test]
    public void Handler_ThatThrows_EndsTheBindingAndThrowsOnTheContext()
    {
        using var binding = Bind();
        OnFirstChange(() => throw new InvalidOperationException("handler"));
        Source.OnNext("ab");

        Assert.That(Context.Run, Throws.InvalidOperationException.With.Message.EqualTo("handler"));
        Assert.That(Errors, Is.Empty, "it is not the source's error");
        Assert.That(Target, Is.EqualTo("a"));
        Assert.That(Source.HasObservers, Is.False);
    }

    [TestCase("source")]
    [TestCase("target")]
    [TestCase("keySelector")]
    public void BindTo_WithoutAnArgument_Throws(string missing) => Assert.That(
        () => PgObservable.BindTo<char, char>(
            missing is "source" ? null! : Observable.Never<char[]>(),
            missing is "target" ? null! : Target,
            missing is "keySelector" ? null! : char.ToLowerInvariant),
        Throws.ArgumentNullException.With.Property("ParamName").EqualTo(missing));

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
