using System.Reactive.Disposables;

namespace Rx.PgNotify.Tests.Binding;

public sealed class BindToDisposalTests : BindToFixture
{
    [Test]
    public void Dispose_WithASnapshotOrAnErrorPending_LetsNeitherThrough([Values] bool failed)
    {
        var binding = Bind();
        Source.OnNext("ab");
        if (failed)
            Source.OnError(new InvalidOperationException("source"));

        binding.Dispose();
        binding.Dispose();
        Context.Run();

        Assert.That(Target, Is.Empty);
        Assert.That(Errors, Is.Empty);
        Assert.That(Source.HasObservers, Is.False);
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
        Source.OnNext("abc");

        Context.Run();

        Assert.That(Events.ToString(), Is.EqualTo("+0:a"));
        Assert.That(Source.HasObservers, Is.False);
    }
}
