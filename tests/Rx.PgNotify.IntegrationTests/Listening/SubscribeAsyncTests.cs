using System.Collections.Concurrent;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>The overloads that take functions, of a channel and of its signals.</summary>
[Parallelizable(ParallelScope.All)]
public class SubscribeAsyncTests
{
    static readonly string s_withoutDatabase =
        new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { Database = "no_such_database" }.ConnectionString;

    [Test]
    public async Task AFunctionOfSignals_IsCalledForTheResyncAndThenForWhatIsSent()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var (recorder, stays) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        using var sibling = await channel.Signals.SubscribeAsync(stays.OnNext, stays.OnError);

        using (await channel.Signals.SubscribeAsync(recorder.OnNext))
        {
            await TestServer.DataSource.NotifyAsync(channel.Name, "1");
            await recorder.UntilCountAsync(2);
        }

        await TestServer.DataSource.NotifyAsync(channel.Name, "2");
        await stays.UntilCountAsync(3);
        Assert.That(recorder.Items[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
        Assert.That(recorder.Items.Skip(1).Payloads(), Is.EqualTo(new[] { "1" }));
        Assert.That(stays.Items.Skip(1).Payloads(), Is.EqualTo(new[] { "1", "2" }));
    }

    [Test]
    public async Task WithAnErrorHandler_WhatFailsTheTaskFailsTheSubscriberToo([Values] bool ofSignals)
    {
        await using var listener = new PgListener(s_withoutDatabase);
        var recorder = new Recorder<Exception>();

        var error = (await Assert.ThrowsAsync<PgListenerException>(
            async () => await SubscribeAsync(listener.Channel("a"), ofSignals, recorder.OnNext)))!;

        await recorder.UntilCountAsync(1);
        Assert.That(error.Error, Is.EqualTo(PgListenerError.DatabaseNotFound));
        Assert.That(recorder.Items.Single(), Is.InstanceOf<PgListenerException>().And.Not.SameAs(error));
    }

    [Test]
    public async Task WithoutAnErrorHandler_WhatFailsBeforeTheAcknowledgementIsTheTasksAlone([Values] bool ofSignals)
    {
        var failures = new ConcurrentQueue<ObserverFailure>();
        var listener = new PgListener(s_withoutDatabase, new PgListenerOptions { ObserverFailed = failures.Enqueue });
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);

        await Assert.ThrowsAsync<PgListenerException>(async () => await SubscribeAsync(listener.Channel("a"), ofSignals));

        var sibling = new Recorder<Notification>();
        using var subscription = listener.Channel("b").Subscribe(sibling);
        await sibling.UntilEndedAsync(); // a whole epoch later
        await listener.DisposeAsync();
        await states.UntilEndedAsync();
        Assert.That(failures, Is.Empty);
    }

    [Test]
    public async Task WithoutAnErrorHandler_WhatFailsAfterTheAcknowledgementIsUnhandled([Values] bool ofSignals)
    {
        var failures = new ConcurrentQueue<ObserverFailure>();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { ObserverFailed = failures.Enqueue, ReconnectBudget = TimeSpan.Zero });
        var channel = listener.Channel(UniqueChannel.Name());
        using var subscription = await SubscribeAsync(channel, ofSignals);

        using var refusal = tap.RefuseConnections();
        tap.Cut();

        await Eventually.IsTrueAsync(() => !failures.IsEmpty);
        var failure = failures.Single();
        Assert.That(failure.Channel, Is.EqualTo(channel.Name));
        Assert.That((failure.Exception as PgListenerException)?.Error, Is.EqualTo(PgListenerError.ReconnectBudgetSpent));
    }

    [Test]
    public async Task WithoutAFunction_ItThrowsAtOnce()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel("a");
        Assert.That(() => { _ = channel.SubscribeAsync((Action<Notification>)null!); }, Throws.ArgumentNullException);
        Assert.That(() => { _ = channel.SubscribeAsync(_ => { }, (Action<Exception>)null!); }, Throws.ArgumentNullException);
        Assert.That(() => { _ = channel.Signals.SubscribeAsync((Action<ChannelSignal>)null!); }, Throws.ArgumentNullException);
        Assert.That(() => { _ = channel.Signals.SubscribeAsync(_ => { }, (Action<Exception>)null!); }, Throws.ArgumentNullException);
        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Idle>());
    }

    static Task<IDisposable> SubscribeAsync(PgChannel channel, bool ofSignals, Action<Exception> onError) => ofSignals
        ? channel.Signals.SubscribeAsync(_ => { }, onError)
        : channel.SubscribeAsync(_ => { }, onError);

    static Task<IDisposable> SubscribeAsync(PgChannel channel, bool ofSignals) => ofSignals
        ? channel.Signals.SubscribeAsync(_ => { })
        : channel.SubscribeAsync(_ => { });
}
