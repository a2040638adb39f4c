using System.Reactive.Linq;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Connections;

[Parallelizable(ParallelScope.All)]
public class FullPoolTests
{
    const int Places = 3;

    [Test]
    public async Task AFullPool_IsAFailedAttemptThatNamesTheLimit_AndAPlaceThatBecomesFreeIsTaken()
    {
        await using var dataSource = Source();
        var held = await HoldAllAsync(dataSource);
        await using var listener = new PgListener(
            dataSource, new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(5), MaxReconnectDelay = TimeSpan.FromMilliseconds(5) });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        var cause = await listener.State.OfType<ListenerState.Reconnecting>().Select(state => state.Cause.Message)
            .FirstAsync(NamesTheLimit).Timeout(Eventually.Deadline);
        await TestContext.Out.WriteLineAsync(cause);

        Assert.That(cause, Does.Contain("Max Pool Size").And.Contains($"{Places}"));
        Assert.That(cause, Does.Contain("one place").IgnoreCase.And.Contains("for good"));
        await held[0].DisposeAsync();
        await recorder.UntilSubscribedAsync();
        await Task.WhenAll(held.Select(connection => connection.DisposeAsync().AsTask()));
    }

    [Test]
    public async Task ASendThatFindsAFullPool_FailsWithAMessageThatNamesTheLimit()
    {
        await using var dataSource = Source();
        var held = await HoldAllAsync(dataSource);
        await using var notifier = new PgNotifier(dataSource, new PgNotifierOptions { SendTimeout = TimeSpan.FromSeconds(3) });
        var failure = await Eventually.BecomesAsync(
            async () => (await Assert.CatchAsync<PgNotifierException>(() => notifier.NotifyAsync("a").WaitAsync(Eventually.Deadline)))!,
            failure => failure.Error != PgNotifierError.TimedOut || NamesTheLimit(failure.Message));
        await TestContext.Out.WriteLineAsync(failure.Message);

        Assert.That(failure.Error, Is.EqualTo(PgNotifierError.TimedOut));
        Assert.That(failure.Message, Does.Contain("Max Pool Size").And.Contains($"{Places}"));
        await Task.WhenAll(held.Select(connection => connection.DisposeAsync().AsTask()));
        await UntilInTimeAsync(async () =>
        {
            await notifier.NotifyAsync("a");
            return true;
        });
    }

    // On a machine that stands still for a second an attempt is given up before Npgsql itself reports that the pool is full. One of those
    // that follow is not.
    static bool NamesTheLimit(string message) => message.Contains("Max Pool Size", StringComparison.Ordinal);

    static NpgsqlDataSource Source() => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { MaxPoolSize = Places, Timeout = 1 }.ConnectionString);

    static async Task<IReadOnlyList<NpgsqlConnection>> HoldAllAsync(NpgsqlDataSource dataSource)
    {
        var held = new List<NpgsqlConnection>();
        for (var i = 0; i < Places; i++)
            held.Add(await UntilInTimeAsync(() => dataSource.OpenConnectionAsync().AsTask()));
        return held;
    }

    // Again and again: where all tests begin at once, an attempt may well take longer than the second that it has here.
    static async Task<T> UntilInTimeAsync<T>(Func<Task<T>> attempt) =>
        await Observable.FromAsync(attempt)
            .RetryWhen(failures => failures.SelectMany(failure => failure is
                PgNotifierException { Error: PgNotifierError.TimedOut } or NpgsqlException { InnerException: TimeoutException }
                ? Observable.Return(failure) : Observable.Throw<Exception>(failure)))
            .Timeout(Eventually.Deadline);
}
