using System.Reactive.Subjects;
using Rx.PgNotify.Tests.Binding;
using static Rx.PgNotify.Tests.Operators.ScriptSignals;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Random interleavings against <see cref="SelectAwaitModel{T}"/>. On a failure FsCheck prints the seed and the smallest case.</summary>
[WithoutContext]
public class SelectAwaitModelTests
{
    [FsCheck.NUnit.Property(Arbitrary = [typeof(IsolateScript.Arbitrary)], MaxTest = 1_000)]
    public void SelectAwait_OfAnyInterleaving_IsWhatTheModelSays(IsolateScript script)
    {
        var expected = new SelectAwaitModel<int>(script, Numbers(), n => $"{n}", inPlaceOf: null).Play();

        Assert.That(Play(script, Numbers(), n => $"{n}"), Is.EqualTo(expected));
    }

    [FsCheck.NUnit.Property(Arbitrary = [typeof(IsolateScript.Arbitrary)], MaxTest = 1_000)]
    public void SelectAwait_OfSignalsInAnyInterleaving_IsWhatTheModelSays(IsolateScript script)
    {
        var expected = new SelectAwaitModel<ChannelSignal>(script, Signals(script.Seed), Text, gap => Resyncs(gap).Select(Text)).Play();

        Assert.That(Play(script, Signals(script.Seed), Text), Is.EqualTo(expected));
    }

    [FsCheck.NUnit.Property(Arbitrary = [typeof(IsolateScript.Arbitrary)], MaxTest = 300)]
    public void SelectAwait_OfParsedSignals_IsWhatTheModelSaysOfSignals(IsolateScript script)
    {
        var expected = new SelectAwaitModel<ChannelSignal>(script, Signals(script.Seed), Text, gap => Resyncs(gap).Select(Text)).Play();
        var signals = Signals(script.Seed);

        Assert.That(Play(script, () => Parsed(signals()), Text), Is.EqualTo(expected));
    }

    static string Play<T>(IsolateScript script, Func<T> create, Func<T, string> text)
    {
        using var source = new Subject<T>();
        var inside = new Queue<int>(script.Inside);
        var log = new List<string>();
        TaskCompletionSource<string>? running = null;
        using var subscription = source
            .SelectAwait(
                (value, _) =>
                {
                    log.Add($">{text(value)}");
                    running = new TaskCompletionSource<string>(state: text(value));
                    return running.Task;
                },
                script.Capacity)
            .Subscribe(
                result =>
                {
                    log.Add($"={result}");
                    for (var more = inside.TryDequeue(out var count) ? count : 0; more > 0; more--)
                        source.OnNext(create());
                },
                _ => log.Add("#"),
                () => log.Add("|"));

        foreach (var step in script.Steps)
        {
            if (step == 'p')
                source.OnNext(create());
            else
                EndRun();
        }

        inside.Clear();
        if (script.End == '|')
        {
            source.OnCompleted();
            while (running is not null)
                EndRun();
        }
        else if (script.End == '#')
        {
            source.OnError(new InvalidOperationException("failed"));
        }
        else
        {
            subscription.Dispose();
        }

        EndRun(); // a run that ends after the end
        return string.Join(' ', log);

        void EndRun()
        {
            var ending = running;
            running = null;
            ending?.SetResult((string)ending.Task.AsyncState!);
        }
    }

    static Func<int> Numbers()
    {
        var next = 0;
        return () => next++;
    }
}
