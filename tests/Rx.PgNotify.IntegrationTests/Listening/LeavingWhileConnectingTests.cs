using System.Reactive.Disposables;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>Whoever leaves during a connect ends the attempt; that is no failure of the server.</summary>
[Parallelizable(ParallelScope.All)]
public class LeavingWhileConnectingTests
{
    // A failure that is noted would show: as an error without a budget, else in the state for a minute.
    static readonly PgListenerOptions s_patient = new()
    {
        ReconnectDelay = TimeSpan.FromMinutes(1),
        MaxReconnectDelay = TimeSpan.FromHours(1),
    };

    static readonly PgListenerOptions s_impatient = new() { ReconnectBudget = TimeSpan.Zero };

    [Test]
    public async Task WhoComesJustAsTheAttemptIsAbandoned_IsConnectedWithoutDelay([Values] bool hasBudget)
    {
        var (connecting, abandoned) = (new TaskCompletionSource(), new TaskCompletionSource());
        var abandon = () => { };
        var password = new NpgsqlConnectionStringBuilder(TestServer.ConnectionString).Password!;
        var builder = new NpgsqlDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { Password = null }.ConnectionString);
        builder.UsePasswordProvider(_ => password, async (_, cancellationToken) =>
        {
            if (connecting.TrySetResult())
                await UntilCancelledAsync(() => abandon(), cancellationToken);
            return password;
        });
        await using var dataSource = builder.Build();
        await using var listener = new PgListener(dataSource, hasBudget ? s_impatient : s_patient);
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<ChannelSignal>();
        using var next = new SingleAssignmentDisposable();
        abandon = () =>
        {
            next.Disposable = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
            abandoned.SetResult();
        };

        var first = listener.Channel(UniqueChannel.Name()).Subscribe(new Recorder<Notification>());
        await connecting.Task.WaitAsync(Eventually.Deadline);
        first.Dispose();
        await abandoned.Task.WaitAsync(Eventually.Deadline);

        await AssertListensAsync(recorder, states);
    }

    [Test]
    public async Task WhoComesSoonAfterTheOneWhoLeft_IsConnectedWithoutDelay([Values] bool hasBudget)
    {
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        proxy.Delay = TimeSpan.FromMilliseconds(30); // a connect takes 300 ms and more
        await Task.WhenAll(Enumerable.Range(0, 12).Select(n => ChangeAsync(TimeSpan.FromMilliseconds(25 * n))));
        await Eventually.IsTrueAsync(() => proxy.Open == 0, expectation: "no line should stay");

        // The moments are what this is about; the rest is waited for.
        async Task ChangeAsync(TimeSpan moment)
        {
            await using var listener = new PgListener(proxy.ConnectionString, hasBudget ? s_impatient : s_patient);
            var states = new Recorder<ListenerState>();
            using var watching = listener.State.Subscribe(states);
            var first = listener.Channel(UniqueChannel.Name()).Subscribe(new Recorder<Notification>());
            await Task.Delay(moment);
            first.Dispose();
            await Task.Delay(5);
            var recorder = new Recorder<ChannelSignal>();
            using var next = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
            await AssertListensAsync(recorder, states);
        }
    }

    [Test]
    public async Task WhenTheLastSubscriberLeaves_TheListenerGoesIdle_AndTheNextIsConnectedWithoutDelay([Values] bool hasBudget)
    {
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(proxy.ConnectionString, hasBudget ? s_impatient : s_patient);
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        using (proxy.Swallow())
        {
            using (listener.Channel(UniqueChannel.Name()).Subscribe(new Recorder<Notification>()))
                await states.UntilAsync(items => proxy.Open == 1 && items.Any(state => state is ListenerState.Connecting), "connecting");
            await states.UntilAsync(items => items[^1] is ListenerState.Idle, "nothing is wanted any more");
        }

        var recorder = new Recorder<ChannelSignal>();
        using var next = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await AssertListensAsync(recorder, states);
    }

    static async Task UntilCancelledAsync(Action cancelled, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            cancelled();
            throw;
        }
    }

    static async Task AssertListensAsync(Recorder<ChannelSignal> recorder, Recorder<ListenerState> states)
    {
        await Eventually.IsTrueAsync(
            () => recorder.Count > 0 || recorder.HasEnded || states.Items.Any(state => state is ListenerState.Reconnecting),
            expectation: "it should listen");
        Assert.That(recorder.Error, Is.Null);
        Assert.That(states.Items.OfType<ListenerState.Reconnecting>(), Is.Empty, "nothing has failed");
        await recorder.UntilSubscribedAsync();
    }
}
