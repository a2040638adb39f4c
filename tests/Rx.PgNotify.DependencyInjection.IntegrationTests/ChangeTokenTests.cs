using Microsoft.Extensions.Primitives;

namespace Rx.PgNotify.DependencyInjection.IntegrationTests;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class ChangeTokenTests
{
    readonly string _channel = UniqueChannel.Name("token");
    readonly string _application = UniqueChannel.Name("token");
    readonly List<ObserverFailure> _failures = [];
    PgListener _listener = null!;

    [SetUp]
    public void CreateListener() => _listener = new PgListener(
        $"{TestServer.ConnectionString};Application Name={_application}",
        new PgListenerOptions { ObserverFailed = _failures.Add, ReconnectDelay = TimeSpan.FromMilliseconds(5) });

    [TearDown]
    public ValueTask DisposeListener() => _listener.DisposeAsync();

    [Test]
    public async Task TheFirstToken_IsChangedWhenTheServerListens_AndTheNextByANotification()
    {
        var first = _listener.ChangeToken(_channel);
        Assert.That(first.ActiveChangeCallbacks);
        await Eventually.IsTrueAsync(() => first.HasChanged);

        var next = _listener.ChangeToken(_channel);
        Assert.That(next.HasChanged, Is.False);
        await TestServer.DataSource.NotifyAsync(_channel, "tea");
        await Eventually.IsTrueAsync(() => next.HasChanged);
    }

    [Test]
    public async Task UntilTheNextChange_EverybodyGetsTheSameToken_OverOneListen()
    {
        await ListeningAsync();
        var tokens = Enumerable.Range(0, 100).AsParallel().Select(_ => _listener.ChangeToken(_channel)).ToArray();
        Assert.That(tokens.Distinct().Count(), Is.EqualTo(1));

        await TestServer.DataSource.NotifyAsync(_channel);
        await Eventually.IsTrueAsync(() => tokens[0].HasChanged);
        Assert.That(_listener.ChangeToken(_channel), Is.Not.SameAs(tokens[0]));
    }

    [Test]
    public async Task OnChange_AfterTheLastOfManyChanges_HasReadTheLastValue()
    {
        const int Changes = 300;
        var (committed, seen) = (0, -1);
        using var following = ChangeToken.OnChange(() => _listener.ChangeToken(_channel), () => Volatile.Write(ref seen, Volatile.Read(ref committed)));
        await Eventually.IsTrueAsync(() => Volatile.Read(ref seen) == 0, expectation: "the Resync at the start should be a change");

        for (var change = 1; change <= Changes; change++)
        {
            Volatile.Write(ref committed, change);
            await TestServer.DataSource.NotifyAsync(_channel, $"{change}");
            // Now and then a pause, so that changes meet all states of the registration.
            if (change % 7 == 0)
                await Eventually.IsTrueAsync(() => Volatile.Read(ref seen) >= change - 6);
        }

        await Eventually.IsTrueAsync(() => Volatile.Read(ref seen) == Changes);
    }

    [Test]
    public async Task WhatComesWhileThereIsNoToken_ChangesTheNextOne_AndNoFurtherOne()
    {
        await ListeningAsync();
        var recorder = new Recorder<Notification>();
        using var subscription = await _listener.Channel(_channel).SubscribeAsync(recorder);
        await TestServer.DataSource.NotifyAsync(_channel);
        await recorder.UntilCountAsync(1);

        var late = _listener.ChangeToken(_channel);
        await Eventually.IsTrueAsync(() => late.HasChanged);
        Assert.That(_listener.ChangeToken(_channel).HasChanged, Is.False);
    }

    [Test]
    public async Task AToken_AfterTheBackendWasKilled_IsChanged()
    {
        await ListeningAsync();
        var token = _listener.ChangeToken(_channel);
        await TestServer.Current.KillBackendsAsync(_application);
        await Eventually.IsTrueAsync(() => token.HasChanged);
    }

    [Test]
    public async Task AToken_OfAListenerThatHadGivenUp_IsChangedOnceItListensAgain()
    {
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            proxy.ConnectionString, new PgListenerOptions { ReconnectBudget = TimeSpan.Zero, ReconnectDelay = TimeSpan.FromMilliseconds(5) });
        IChangeToken token;
        using (proxy.Refuse())
        {
            token = listener.ChangeToken(_channel);
            await Eventually.IsTrueAsync(() => listener.CurrentState is ListenerState.Faulted);
            Assert.That(token.HasChanged, Is.False);
        }

        await Eventually.IsTrueAsync(() => token.HasChanged);
    }

    [Test]
    public async Task Callbacks_SeeNoContextOfWhoeverRegisteredOrAskedFirst()
    {
        var ambient = new AsyncLocal<string?> { Value = "the first one's" };
        var seen = new TaskCompletionSource<string?>();
        using var registration = _listener.ChangeToken(_channel).RegisterChangeCallback(_ => seen.TrySetResult(ambient.Value), state: null);
        Assert.That(await seen.Task.WaitAsync(Eventually.Deadline), Is.Null);
    }

    [Test]
    public async Task ACallbackThatThrows_IsReported_AndNeitherOtherCallbacksNorLaterTokensSuffer()
    {
        await ListeningAsync();
        var token = _listener.ChangeToken(_channel);
        var others = 0;
        using var before = token.RegisterChangeCallback(_ => Interlocked.Increment(ref others), state: null);
        using var thrower = token.RegisterChangeCallback(_ => throw new FormatException("thrown by a callback"), state: null);
        using var after = token.RegisterChangeCallback(_ => Interlocked.Increment(ref others), state: null);

        await TestServer.DataSource.NotifyAsync(_channel);
        await Eventually.IsTrueAsync(() => _failures.Count == 1);

        Assert.That(others, Is.EqualTo(2));
        Assert.That(_failures[0].Exception.ToString(), Does.Contain("thrown by a callback"));
        var next = _listener.ChangeToken(_channel);
        await TestServer.DataSource.NotifyAsync(_channel);
        await Eventually.IsTrueAsync(() => next.HasChanged);
    }

    [Test]
    public async Task ARegistrationThatWasDisposed_IsNotCalled()
    {
        await ListeningAsync();
        var token = _listener.ChangeToken(_channel);
        var calls = 0;
        token.RegisterChangeCallback(_ => calls++, state: null).Dispose();
        await TestServer.DataSource.NotifyAsync(_channel);
        await Eventually.IsTrueAsync(() => token.HasChanged);
        Assert.That(calls, Is.Zero);
    }

    [Test]
    public async Task AChannelThatNobodyWaitsFor_IsLeftAfterTheLinger_AndOneWithARegistrationIsNot()
    {
        var linger = TimeSpan.FromMilliseconds(50);
        var kept = UniqueChannel.Name("kept");
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { Linger = linger });
        var (others, keptOthers) = (await listener.Channel(_channel).SubscribeAsync(_ => { }), await listener.Channel(kept).SubscribeAsync(_ => { }));
        var keptToken = listener.ChangeToken(kept, linger);
        await Eventually.IsTrueAsync(() => keptToken.HasChanged);
        keptToken = listener.ChangeToken(kept, linger);
        using var registration = keptToken.RegisterChangeCallback(_ => { }, state: null);
        var token = listener.ChangeToken(_channel, linger);
        others.Dispose();
        keptOthers.Dispose();

        // Nobody has sent anything: who still has this token can't rely on it any more.
        await Eventually.IsTrueAsync(() => token.HasChanged);
        await Eventually.IsTrueAsync(async () => (await tap.AskAsync("SELECT pg_listening_channels()")).SequenceEqual([kept]));
        Assert.That(keptToken.HasChanged, Is.False);

        registration.Dispose();
        await Eventually.IsTrueAsync(() => keptToken.HasChanged);
        await Eventually.IsTrueAsync(() => listener.CurrentState is ListenerState.Idle);
        var again = listener.ChangeToken(_channel, linger);
        await Eventually.IsTrueAsync(() => again.HasChanged, expectation: "a channel that was left can be asked for again");
    }

    [Test]
    public async Task WhenTheListenerIsDisposed_TokensStayAsTheyAre_AndThereAreNoMore()
    {
        await ListeningAsync();
        var token = _listener.ChangeToken(_channel);
        await _listener.DisposeAsync();
        Assert.That(() => _listener.ChangeToken(_channel), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(token.HasChanged, Is.False);
    }

    [Test]
    public void BadArguments_AreRefusedAtTheCall()
    {
        Assert.That(() => _listener.ChangeToken(""), Throws.ArgumentException);
        Assert.That(() => _listener.ChangeToken(_channel, TimeSpan.Zero), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _listener.ChangeToken(_channel, TimeSpan.FromDays(2)), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => ((PgListener)null!).ChangeToken(_channel), Throws.ArgumentNullException);
    }

    // Past the change that every first token has.
    async Task ListeningAsync()
    {
        var first = _listener.ChangeToken(_channel);
        await Eventually.IsTrueAsync(() => first.HasChanged);
    }
}
