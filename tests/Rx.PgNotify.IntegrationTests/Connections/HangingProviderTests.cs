using System.Reactive.Disposables;
using System.Reactive.Linq;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>
/// A provider of passwords that hangs, as one does that asks a service which is down. Npgsql sets it no limit:
/// <c>Timeout</c> has to bound the whole attempt.
/// </summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class HangingProviderTests
{
    const int AttemptSeconds = 1;

    public enum Hang
    {
        IgnoringItsToken,
        BlockingItsThread,
    }

    [Test]
    public async Task AProviderThatHangsOnce_CostsOneAttempt_AndLeavesNothingBehind(
        [Values] ClientKind kind, [Values] Hang hang, [Values] bool pooled)
    {
        var provider = new HangingProvider(hang, times: 1);
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        // The first attempt takes all of it. The second one must not, however busy the machine is.
        await using var dataSource = Source(provider, proxy, pooled, $"Timeout={5 * AttemptSeconds}");
        await using var client = Client.Create(kind, dataSource);
        using var end = Disposable.Create(provider.Release);
        await client.UseAsync(TestServer.ConnectionString);
        Assert.That(provider.Asked, Is.EqualTo(2));
        var accepted = proxy.Accepted;

        provider.Release();
        await Eventually.IsTrueAsync(() => proxy.Open == 1, expectation: "the abandoned attempt should end");
        Assert.That(proxy.Accepted, Is.EqualTo(accepted));
        await using var application = await dataSource.OpenConnectionAsync();
        Assert.That(proxy.Open, Is.EqualTo(2), "there is room in the pool for one more");
        await client.UseAsync(TestServer.ConnectionString);
    }

    [Test]
    public async Task AProviderThatHangsAlways_SpendsTheReconnectBudget([Values] Hang hang)
    {
        var provider = new HangingProvider(hang, times: int.MaxValue);
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        await using var dataSource = Source(provider, proxy, pooled: false);
        await using var listener = new PgListener(dataSource, new PgListenerOptions
        {
            ReconnectDelay = TimeSpan.FromMilliseconds(5),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(5),
            // Twice what two attempts take: the second one may wait for a thread, of which the first one blocks one.
            ReconnectBudget = TimeSpan.FromSeconds(4 * AttemptSeconds),
        });
        using var end = Disposable.Create(provider.Release);
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();

        Assert.That((recorder.Error as PgListenerException)?.Error, Is.EqualTo(PgListenerError.ReconnectBudgetSpent), recorder.Error?.ToString());
        Assert.That(provider.Asked, Is.GreaterThanOrEqualTo(2));
        provider.Release();
        await Eventually.IsTrueAsync(() => proxy.Open == 0, expectation: "all attempts should end");
    }

    [Test]
    public async Task AttemptsThatHangForEver_DoNotKeepLaterOnesAway()
    {
        var provider = new HangingProvider(Hang.IgnoringItsToken, times: 4);
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        await using var dataSource = Source(provider, proxy, pooled: false);
        await using var listener = new PgListener(dataSource, new PgListenerOptions
        {
            ReconnectDelay = TimeSpan.FromMilliseconds(5),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(5),
        });
        using var end = Disposable.Create(provider.Release);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        Assert.That(provider.Asked, Is.EqualTo(5));
    }

    [Test]
    public async Task ASendThatAProviderHoldsUp_FailsInTime_AndTheNextOneDoesNot([Values] Hang hang)
    {
        var provider = new HangingProvider(hang, times: 1);
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        await using var dataSource = Source(provider, proxy, pooled: false);
        await using var notifier = new PgNotifier(dataSource, new PgNotifierOptions { SendTimeout = TimeSpan.FromMilliseconds(200) });
        using var end = Disposable.Create(provider.Release);
        var failure = (await Assert.CatchAsync<PgNotifierException>(() => notifier.NotifyAsync("a").WaitAsync(Eventually.Deadline)))!;
        Assert.That(failure.Error, Is.EqualTo(PgNotifierError.TimedOut));

        await Eventually.IsTrueAsync(async () =>
        {
            try
            {
                await notifier.NotifyAsync("a");
                return true;
            }
            catch (PgNotifierException e) when (e.Error == PgNotifierError.TimedOut)
            {
                return false;
            }
        });
    }

    [Test]
    public async Task APeriodicProviderThatHangsAtFirst_IsBounded_AndServesOnceItAnswers([Values] ClientKind kind, [Values] Hang hang)
    {
        var provider = new HangingProvider(hang, times: 1);
        var log = new LogRecorder();
        await using var dataSource = PasswordlessSource.Builder(UniqueChannel.Name(), $"{TestServer.ConnectionString};Timeout={AttemptSeconds}")
            .UsePeriodicPasswordProvider(provider.GetAsync, TimeSpan.FromHours(1), TimeSpan.FromHours(1)).Build();
        await using var client = Client.Create(kind, dataSource, new ClientOptions { LoggerFactory = log });
        using var end = Disposable.Create(provider.Release);
        var use = client.UseAsync(TestServer.ConnectionString);
        await Eventually.IsTrueAsync(() => log.Text.Contains("attempt 2", StringComparison.Ordinal), expectation: "two attempts should end");
        provider.Release();

        await use;
        Assert.That(provider.Asked, Is.EqualTo(1));
    }

    [Test]
    public async Task WhileAProviderHangs_TheListenerCanBeLeftAndDisposed([Values] Hang hang)
    {
        var provider = new HangingProvider(hang, times: int.MaxValue);
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        await using var dataSource = Source(provider, proxy, pooled: false, "Timeout=1000");
        await using var listener = new PgListener(dataSource);
        using var end = Disposable.Create(provider.Release);
        using (listener.Channel("a").Subscribe(_ => { }))
            await provider.UntilAskedAsync();
        _ = await listener.State.FirstAsync(state => state is ListenerState.Idle).Timeout(Eventually.Deadline);
        using var again = listener.Channel("a").Subscribe(_ => { });
        await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);

        provider.Release();
        await Eventually.IsTrueAsync(() => proxy.Open == 0, expectation: "all attempts should end");
    }

    static NpgsqlDataSource Source(HangingProvider provider, FaultProxy proxy, bool pooled, string settings = "")
    {
        var builder = PasswordlessSource.Builder(UniqueChannel.Name(), $"{proxy.ConnectionString};Timeout={AttemptSeconds};{settings}");
        builder.ConnectionStringBuilder.Pooling = pooled;
        builder.ConnectionStringBuilder.MaxPoolSize = 2;
        return builder.UsePasswordProvider(_ => throw new NotSupportedException(), provider.GetAsync).Build();
    }
}
