using System.Collections.ObjectModel;
using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Rx.PgNotify.Tests.Binding;

/// <summary>One collection, what is bound to it and where. A row is a letter, as in <see cref="BindToEditsTests"/>.</summary>
[WithoutContext]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class BindToFixture : IDisposable
{
    private protected BindToFixture() => Events = new CollectionEvents<char>(Target);

    private protected SingleThreadContext Context { get; } = new();

    private protected Subject<string> Source { get; } = new();

    private protected ObservableCollection<char> Target { get; } = [];

    private protected CollectionEvents<char> Events { get; }

    private protected List<Exception> Errors { get; } = [];

    public void Dispose()
    {
        Source.Dispose();
        Context.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected IDisposable Bind() => Bind(Context);

    private protected IDisposable Bind(SynchronizationContext? context) =>
        Source.Select(s => s.ToArray()).BindTo(Target, char.ToLowerInvariant, context: context, onError: Errors.Add);

    private protected bool Send(string snapshot)
    {
        Source.OnNext(snapshot);
        return true;
    }

    private protected void OnFirstChange(Action action)
    {
        var isFirst = true;
        Target.CollectionChanged += (_, _) =>
        {
            if (isFirst)
            {
                isFirst = false;
                action();
            }
        };
    }
}
