using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Rx.PgNotify.IntegrationTests.Sending;

[Parallelizable(ParallelScope.All)]
public class NotifyToTests
{
    [Test]
    public async Task NotifyTo_SendsEachValueInOrder_AndCompletesWhenAllAreCommitted()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var notifier = new PgNotifier(TestServer.ConnectionString, new PgNotifierOptions { Capacity = 100 });
        await Observable.Range(0, 5_000).Select(i => $"{i % 13}").NotifyToAsync(notifier, arrivals.Channel);
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(Enumerable.Range(0, 5_000).Select(i => $"{i % 13}")));
    }

    [Test]
    public async Task TheFirstFailure_EndsTheSubscription_AndTheTaskHasIt()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var notifier = new PgNotifier(TestServer.ConnectionString);
        using var source = new Subject<string>();
        var sending = source.NotifyToAsync(notifier, arrivals.Channel);
        source.OnNext("sent");
        await arrivals.UntilCountAsync(1);
        source.OnNext("\0");
        Assert.That(source.HasObservers, Is.False);
        source.OnNext("too late");

        Assert.That(async () => await sending, Throws.ArgumentException);
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "sent" }));
    }

    [Test]
    public async Task AnErrorOfTheSource_FailsTheTask()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var notifier = new PgNotifier(TestServer.ConnectionString);
        var sending = Observable.Throw<string>(new TimeoutException("of the source")).NotifyToAsync(notifier, arrivals.Channel);
        Assert.That(async () => await sending, Throws.InstanceOf<TimeoutException>().With.Message.EqualTo("of the source"));
    }

    [Test]
    public async Task ASourceThatIsTooFast_FailsInsteadOfLosingValues()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var notifier = new PgNotifier(tap.ConnectionString, new PgNotifierOptions { FlushTimeout = TimeSpan.Zero });
        using var source = new Subject<string>();
        var sending = source.NotifyToAsync(notifier, arrivals.Channel, capacity: 3);
        using (tap.RefuseConnections())
        {
            for (var i = 0; i < 3; i++)
                source.OnNext($"{i}");
            Assert.That(source.HasObservers);
            source.OnNext("3");
            Assert.That(source.HasObservers, Is.False);
            var error = (await Assert.ThrowsAsync<PgNotifierException>(async () => await sending))!;
            Assert.That(error.Error, Is.EqualTo(PgNotifierError.Overflow));
            Assert.That(error.Message, Does.Contain('3'));
        }

        await notifier.NotifyAsync(arrivals.Channel, "after");
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "after" }), "what was queued is withdrawn");
    }

    [Test]
    public async Task Cancelling_EndsTheSubscription_AndTheTask()
    {
        await using var notifier = new PgNotifier(TestServer.ConnectionString);
        using var source = new Subject<string>();
        using var cancellation = new CancellationTokenSource();
        var sending = source.NotifyToAsync(notifier, UniqueChannel.Name(), cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        Assert.That(source.HasObservers, Is.False);
        Assert.That(async () => await sending, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(sending.IsCanceled);
    }

    [Test]
    public async Task ASubscriptionThatFailsToEnd_EndsTheTask()
    {
        await using var notifier = new PgNotifier(TestServer.ConnectionString);
        IObserver<string>? observer = null;
        var sending = new Stubborn(o => observer = o).NotifyToAsync(notifier, UniqueChannel.Name());

        observer!.OnCompleted();

        Assert.That(async () => await sending.WaitAsync(Eventually.Deadline), Throws.InvalidOperationException.With.Message.EqualTo("stubborn"));
    }

    sealed class Stubborn(Action<IObserver<string>> subscribed) : IObservable<string>, IDisposable
    {
        public IDisposable Subscribe(IObserver<string> observer)
        {
            subscribed(observer);
            return this;
        }

        public void Dispose() => throw new InvalidOperationException("stubborn");
    }
}
