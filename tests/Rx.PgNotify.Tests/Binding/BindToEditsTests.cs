using System.Collections.ObjectModel;
using System.Reactive.Linq;

namespace Rx.PgNotify.Tests.Binding;

/// <summary>A row is a letter: its key the letter whatever its case, its value the very letter.</summary>
[WithoutContext]
public class BindToEditsTests
{
    [TestCase("", "", "")]
    [TestCase("abc", "abc", "")]
    [TestCase("", "abc", "+0:a +1:b +2:c")]
    [TestCase("abc", "", "-2:c -1:b -0:a")]
    [TestCase("abc", "def", "-2:c -1:b -0:a +0:d +1:e +2:f")]
    [TestCase("abc", "abxc", "+2:x")]
    [TestCase("abc", "xabcy", "+0:x +4:y")]
    [TestCase("abcd", "ad", "-2:c -1:b")]
    [TestCase("abc", "aBc", "1:b=B")]
    [TestCase("abc", "ABC", "0:a=A 1:b=B 2:c=C")]
    [TestCase("abcd", "bcda", "0>3:a")]
    [TestCase("abcd", "dabc", "3>0:d")]
    [TestCase("abcd", "acbd", "2>1:c")]
    [TestCase("abcde", "edcba", "4>0:e 4>1:d 4>2:c 4>3:b")]
    [TestCase("abcd", "cdab", "2>0:c 3>1:d")]
    [TestCase("abc", "bcA", "0>2:a 2:a=A")]
    [TestCase("abcdef", "fxbDya", "-4:e -2:c 3>0:f +1:x +5:y 2>5:a 3:d=D")]
    public void Snapshot_AfterAnother_IsReachedByTheFewestEvents(string before, string after, string expected)
    {
        var target = new ObservableCollection<char>(before);
        var events = new CollectionEvents<char>(target);

        using var binding = Observable.Return(after.ToArray()).BindTo(target, char.ToLowerInvariant);

        Assert.That(target, Is.EqualTo(after));
        Assert.That(events.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void Row_EqualToItsSuccessor_StaysTheInstanceItWas()
    {
        Customer first = new(1, "Ada"), second = new(2, "Bob");
        var target = new ObservableCollection<Customer> { first, second };

        using var binding = Observable.Return(new[] { new Customer(2, "Bob"), new Customer(1, "Ada") })
            .BindTo(target, customer => customer.Id);

        Assert.That(target[0], Is.SameAs(second));
        Assert.That(target[1], Is.SameAs(first));
    }

    [Test]
    public void ValueComparer_WhenGiven_DecidesWhatIsReplaced()
    {
        var target = new ObservableCollection<Customer> { new(1, "Ada"), new(2, "Bob") };
        var events = new CollectionEvents<Customer>(target);
        var byLength = EqualityComparer<Customer>.Create((x, y) => x?.Name.Length == y?.Name.Length);

        using var binding = Observable.Return(new[] { new Customer(1, "Eve"), new Customer(2, "Robert") })
            .BindTo(target, customer => customer.Id, valueComparer: byLength);

        Assert.That(target.Select(customer => customer.Name), Is.EqualTo(new[] { "Ada", "Robert" }));
        Assert.That(events.Count, Is.EqualTo(1));
    }

    [Test]
    public void KeyComparer_WhenGiven_DecidesWhichRowIsTheSame()
    {
        var target = new ObservableCollection<Customer> { new(1, "Ada"), new(2, "Bob") };
        var events = new CollectionEvents<Customer>(target);

        using var binding = Observable.Return(new[] { new Customer(3, "EVE"), new Customer(2, "BOB") })
            .BindTo(target, customer => customer.Name, keyComparer: StringComparer.OrdinalIgnoreCase);

        Assert.That(events.ToString(), Is.EqualTo("-0:Customer { Id = 1, Name = Ada } +0:Customer { Id = 3, Name = EVE } 1:Customer { Id = 2, Name = Bob }=Customer { Id = 2, Name = BOB }"));
    }

    [Test]
    public void KeyComparer_ThatTakesTwoRowsOfASnapshotForTheSame_EndsTheBinding()
    {
        var target = new ObservableCollection<string> { "a" };
        var errors = new List<Exception>();

        using var binding = Observable.Return(new[] { "b", "B" })
            .BindTo(target, row => row, keyComparer: StringComparer.OrdinalIgnoreCase, onError: errors.Add);

        Assert.That(errors.Single().Message, Does.Contain("positions 0 and 1"));
        Assert.That(target, Is.EqualTo(new[] { "a" }), "nothing of it is applied");
    }

    [Test]
    public void Target_ThatHoldsAKeyTwice_LosesOneOfThem()
    {
        var target = new ObservableCollection<char>("abac");

        using var binding = Observable.Return("cab".ToArray()).BindTo(target, char.ToLowerInvariant);

        Assert.That(target, Is.EqualTo("cab"));
    }

    [Test]
    public void Target_ThatHoldsARowWithoutAKey_LosesIt()
    {
        var target = new ObservableCollection<string?> { null, "a" };

        using var binding = Observable.Return(new[] { "a" }).BindTo(target, row => row!);

        Assert.That(target, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void Snapshots_OfAMoreSpecialTypeOfListAndRow_AreAccepted()
    {
        var target = new ObservableCollection<object>();

        using var binding = Observable.Return(new List<string> { "a", "b" }).BindTo(target, row => row);

        Assert.That(target, Is.EqualTo(new[] { "a", "b" }));
    }

    sealed record Customer(int Id, string Name);
}
