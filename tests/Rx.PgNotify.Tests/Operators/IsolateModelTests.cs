using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;
using static Rx.PgNotify.Tests.Operators.ScriptSignals;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Random interleavings against <see cref="IsolateModel{T}"/>. On a failure FsCheck prints the seed and the smallest case.</summary>
public class IsolateModelTests
{
    [FsCheck.NUnit.Property(Arbitrary = [typeof(IsolateScript.Arbitrary)], MaxTest = 1_000)]
    public void Isolate_OfAnyInterleaving_IsWhatTheModelSays(IsolateScript script)
    {
        var expected = new IsolateModel<int>(script, Numbers(), n => $"{n}", gap => [$"!{gap.Count}"]).Play();

        var seen = Play(script, Numbers(), n => $"{n}", (source, onDropped, thread) => source.Isolate(script.Capacity, onDropped, thread));

        Assert.That(seen, Is.EqualTo(expected));
    }

    [FsCheck.NUnit.Property(Arbitrary = [typeof(IsolateScript.Arbitrary)], MaxTest = 1_000)]
    public void Isolate_OfSignalsInAnyInterleaving_IsWhatTheModelSays(IsolateScript script)
    {
        var expected = new IsolateModel<ChannelSignal>(script, Signals(script.Seed), Text, gap => Resyncs(gap).Select(Text)).Play();

        var seen = Play(script, Signals(script.Seed), Text, (source, _, thread) => source.Isolate(script.Capacity, scheduler: thread));

        Assert.That(seen, Is.EqualTo(expected));
    }

    [FsCheck.NUnit.Property(Arbitrary = [typeof(IsolateScript.Arbitrary)], MaxTest = 300)]
    public void Isolate_OfParsedSignals_IsWhatTheModelSaysOfSignals(IsolateScript script)
    {
        var expected = new IsolateModel<ChannelSignal>(script, Signals(script.Seed), Text, gap => Resyncs(gap).Select(Text)).Play();
        var signals = Signals(script.Seed);

        var seen = Play(script, () => Parsed(signals()), Text, (source, _, thread) => source.Isolate(script.Capacity, scheduler: thread));

        Assert.That(seen, Is.EqualTo(expected));
    }

    static string Play<T>(
        IsolateScript script,
        Func<T> create,
        Func<T, string> text,
        Func<IObservable<T>, Action<long>, StepScheduler, IObservable<T>> isolate)
    {
        var thread = new StepScheduler();
        using var source = new Subject<T>();
        var inside = new Queue<int>(script.Inside);
        var seen = new List<string>();
        using var subscription = isolate(source, n => See($"!{n}"), thread)
            .Subscribe(value => See(text(value)), _ => seen.Add("#"), () => seen.Add("|"));

        foreach (var step in script.Steps)
        {
            if (step == 'p')
                source.OnNext(create());
            else
                thread.RunAll();
            Assert.That(thread.Pending, Is.LessThanOrEqualTo(1), "work items");
        }

        if (script.End == '|')
            source.OnCompleted();
        else if (script.End == '#')
            source.OnError(new InvalidOperationException("failed"));
        else
            subscription.Dispose();
        thread.RunAll();
        return string.Join(' ', seen);

        void See(string what)
        {
            seen.Add(what);
            for (var more = inside.TryDequeue(out var count) ? count : 0; more > 0; more--)
                source.OnNext(create());
        }
    }

    static Func<int> Numbers()
    {
        var next = 0;
        return () => next++;
    }
}
