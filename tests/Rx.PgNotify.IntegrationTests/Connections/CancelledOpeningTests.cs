using System.Diagnostics;
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
        var asked = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var dataSource = Unlimited()
            .UsePasswordProvider(_ => throw new NotSupportedException(), async (_, cancellation) =>
            {
                using var registration = cancellation.UnsafeRegister(_ => cancelled.TrySetResult(), null);
                asked.TrySetResult(cancellation);
                await cancelled.Task;
                throw new OperationCanceledException(cancellation);
            }).Build();
        await using var client = Connecting(kind, dataSource);
        Assert.That((await asked.Task.WaitAsync(Eventually.Deadline)).IsCancellationRequested, Is.False);

        await client.DisposeAsync();
        await cancelled.Task.WaitAsync(Eventually.Deadline);
    }

    [Test]
    public async Task DisposingWhileConnecting_WaitsASecondForAnAttemptThatHangs([Values] ClientKind kind)
    {
        var provider = new HangingProvider(HangingProviderTests.Hang.IgnoringItsToken, times: int.MaxValue);
        await using var dataSource = Unlimited()
            .UsePasswordProvider(_ => throw new NotSupportedException(), provider.GetAsync).Build();
        await using var client = Connecting(kind, dataSource);
        await provider.UntilAskedAsync();

        var clock = Stopwatch.StartNew();
        await client.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
        Assert.That(clock.Elapsed, Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(950)));
        provider.Release();
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
}
