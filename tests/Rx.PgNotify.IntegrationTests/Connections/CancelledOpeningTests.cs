using System.Diagnostics;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>
/// What is disposed while it connects: the attempt must not run on beside the end of the process, as native libraries that Npgsql
/// calls end that with a failed assertion.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class CancelledOpeningTests
{
    [Test]
    public async Task DisposingWhileConnecting_CancelsTheAttempt([Values] ClientKind kind)
    {
        var provider = new CancelledProvider();
        await using var dataSource = provider.Build();
        await using var client = Connecting(kind, dataSource);
        await provider.Asked.WaitAsync(Eventually.Deadline);

        await client.DisposeAsync();
        await provider.Cancelled.WaitAsync(Eventually.Deadline);
    }

    [Test]
    public async Task ASchedulerThatFailsWhileANotifierConnects_CancelsTheAttempt()
    {
        var provider = new CancelledProvider();
        await using var dataSource = provider.Build();
        await using var notifier = new PgNotifier(dataSource, new PgNotifierOptions { Scheduler = new FailingScheduler(after: provider.Asked) });
        var failure = (await Assert.CatchAsync<PgNotifierException>(() => notifier.NotifyAsync("a").WaitAsync(Eventually.Deadline)))!;
        Assert.That(failure.Error, Is.EqualTo(PgNotifierError.Unknown));

        await provider.Cancelled.WaitAsync(Eventually.Deadline);
    }

    [Test]
    public async Task DisposingWhileConnecting_WaitsASecondForAnAttemptThatHangs([Values] ClientKind kind)
    {
        var provider = new HangingProvider(HangingProviderTests.Hang.IgnoringItsToken, times: int.MaxValue);
        await using var dataSource = Unlimited()
            .UsePasswordProvider(_ => throw new NotSupportedException(), provider.GetAsync).Build();
        await using var client = Connecting(kind, dataSource);
        using var end = Disposable.Create(provider.Release);
        await provider.UntilAskedAsync();

        var clock = Stopwatch.StartNew();
        await client.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
        Assert.That(clock.Elapsed, Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(950)));
    }

    // After its Timeout, of 15 seconds, an attempt is cancelled by itself.
    static NpgsqlDataSourceBuilder Unlimited() => PasswordlessSource.Builder(UniqueChannel.Name(), $"{TestServer.ConnectionString};Timeout=1000");

    static IAsyncDisposable Connecting(ClientKind kind, NpgsqlDataSource dataSource)
    {
        if (kind is ClientKind.Listener)
        {
            var listener = new PgListener(dataSource);
            listener.Channel("a").Subscribe(_ => { });
            return listener;
        }

        var notifier = new PgNotifier(dataSource, new PgNotifierOptions { FlushTimeout = TimeSpan.Zero });
        _ = notifier.NotifyAsync("a");
        return notifier;
    }

    /// <summary>A password provider that ends only when it is cancelled.</summary>
    sealed class CancelledProvider
    {
        readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public Task Cancelled => _cancelled.Task;

        public NpgsqlDataSource Build() => Unlimited().UsePasswordProvider(_ => throw new NotSupportedException(), async (_, cancellation) =>
        {
            _asked.TrySetResult();
            using var registration = cancellation.UnsafeRegister(_ => _cancelled.TrySetResult(), null);
            await _cancelled.Task;
            throw new OperationCanceledException(cancellation);
        }).Build();
    }

    /// <summary>Refuses each timer, once something has happened.</summary>
    sealed class FailingScheduler(Task after) : LocalScheduler
    {
        public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
        {
            after.Wait(Eventually.Deadline);
            throw new InvalidOperationException("no timers");
        }
    }
}
