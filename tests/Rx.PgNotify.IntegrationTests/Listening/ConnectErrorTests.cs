using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Listening;

[Parallelizable(ParallelScope.All)]
public class ConnectErrorTests
{
    const string Secret = "s3cr3t-pa55word";

    [Test]
    public async Task AWrongPassword_EndsEachObserverWithAnErrorOfItsOwnThatHidesThePassword()
    {
        var log = new LogRecorder();
        await using var listener = new PgListener(
            With(builder => (builder.Username, builder.Password) = ("nobody_of_this_name", Secret)),
            new PgListenerOptions { LoggerFactory = log });
        var (first, second) = (new Recorder<ChannelSignal>(), new Recorder<Notification>());
        using var one = listener.Channel("a").Signals.Subscribe(first);
        var two = listener.Channel("b").SubscribeAsync(second);
        await first.UntilEndedAsync();
        await second.UntilEndedAsync();

        Assert.That(async () => await two, Throws.InstanceOf<PgListenerException>());
        Assert.That(first.Error, Is.InstanceOf<PgListenerException>().And.Not.SameAs(second.Error).And.InnerException.Not.Null);
        Assert.That(((PgListenerException)first.Error!).Error, Is.EqualTo(PgListenerError.AuthenticationFailed));
        var state = await listener.State.FirstAsync(state => state is ListenerState.Faulted);
        Assert.That($"{first.Error}{second.Error}{state}{log.Text}", Does.Not.Contain(Secret));
        Assert.That(log.Text, Does.Contain("Gave up"));
    }

    [Test]
    public async Task AMissingDatabase_IsNamedAsTheReason()
    {
        await using var listener = new PgListener(With(builder => builder.Database = "no_such_database"));
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();
        Assert.That(((PgListenerException)recorder.Error!).Error, Is.EqualTo(PgListenerError.DatabaseNotFound));
    }

    [Test]
    public async Task SubscribingAgainAfterAFault_StartsANewEpochThatBacksOff()
    {
        await using var listener = new PgListener(
            With(builder => builder.Database = "no_such_database"),
            new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(20), MaxReconnectDelay = TimeSpan.FromMilliseconds(40) });
        var attempts = 0;
        var recorder = new Recorder<Notification>();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using var subscription = Observable
            .Defer(() =>
            {
                attempts++;
                return listener.Channel("a");
            })
            .Retry(10)
            .Subscribe(recorder);
        await recorder.UntilEndedAsync();

        Assert.That(attempts, Is.EqualTo(10));
        Assert.That(clock.Elapsed, Is.GreaterThan(TimeSpan.FromMilliseconds(8 * 20)), "nine delays of 10, then 20 to 40 ms each");
    }

    [Test]
    public async Task AnUnreachableHost_IsTriedAgainAndTheStateSaysSo()
    {
        // A port that is taken, so that no other test's server can have it, and not listened to.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        await using var listener = new PgListener(
            $"Host=127.0.0.1;Port={port};Username=u;Password={Secret}",
            new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(5), MaxReconnectDelay = TimeSpan.FromMilliseconds(20) });
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);

        await states.UntilAsync(
            items => items.OfType<ListenerState.Reconnecting>().Any(state => state.Attempt >= 5), "five attempts should be reported");

        var last = states.Items.OfType<ListenerState.Reconnecting>().Last();
        Assert.That(last.Cause, Is.InstanceOf<NpgsqlException>());
        Assert.That(last.Delay, Is.LessThanOrEqualTo(TimeSpan.FromMilliseconds(20)));
        Assert.That(last.ToString(), Does.Not.Contain(Secret));
        Assert.That(recorder.HasEnded, Is.False);
    }

    [Test]
    public async Task WhenTheLastSubscriberGoesWhileTheHostIsUnreachable_TheListenerGoesIdle()
    {
        await using var listener = new PgListener(
            "Host=127.0.0.1;Port=1;Username=u", new PgListenerOptions { ReconnectDelay = TimeSpan.FromMinutes(10), MaxReconnectDelay = TimeSpan.FromHours(1) });
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        using (listener.Channel("a").Subscribe(new Recorder<Notification>()))
            await states.UntilAsync(items => items.Any(state => state is ListenerState.Reconnecting), "an attempt should fail");
        await states.UntilAsync(items => items.Count > 0 && items[^1] is ListenerState.Idle, "nothing is wanted any more");
        Assert.That(states.Violation, Is.Null);
    }

    [TestCase("Password=", PgListenerError.AuthenticationFailed)]
    [TestCase("SSL Mode=Require", PgListenerError.SettingsRefused)]
    [TestCase("Options=-c no.such.setting.=1", PgListenerError.SettingsRefused)]
    [TestCase("Options=-c work_mem=much", PgListenerError.SettingsRefused)]
    [TestCase("Timezone=Nowhere", PgListenerError.SettingsRefused)]
    [TestCase("Require Auth=MD5", PgListenerError.SettingsRefused)]
    [TestCase("Channel Binding=Require;SSL Mode=Disable", PgListenerError.SettingsRefused)]
    [TestCase("Password=;Passfile=/no/such/file", PgListenerError.SettingsRefused)]
    public async Task WhatRetryingCanNotMend_IsAnErrorAndNotRetried(string setting, PgListenerError expected)
    {
        await using var listener = new PgListener($"{TestServer.ConnectionString};{setting}");
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();
        Assert.That(((PgListenerException)recorder.Error!).Error, Is.EqualTo(expected), recorder.Error!.ToString());
    }

    [TestCase("Multiplexing=true")]
    [TestCase("Target Session Attributes=primary")]
    [TestCase("Maximum Pool Size=5;Minimum Pool Size=10")]
    public async Task SettingsThatMakeNoSenseForAListener_DoNoHarm(string setting)
    {
        await using var listener = new PgListener($"{TestServer.ConnectionString};{setting}");
        using var subscription = await listener.Channel("a").SubscribeAsync(_ => { }).WaitAsync(Eventually.Deadline);
        Assert.That(await listener.State.FirstAsync(state => state is ListenerState.Listening), Is.Not.Null);
    }

    [Test]
    public async Task ARefusedChannel_EndsItsOwnObserversOnly_AndRetryBacksOff()
    {
        await using var server = await TestServer.StartOwnAsync(options => options.Encoding = "LATIN1");
        await using var listener = new PgListener(
            server.ConnectionString, new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(50), MaxReconnectDelay = TimeSpan.FromMilliseconds(100) });
        var fine = new Recorder<ChannelSignal>();
        using var others = listener.Channel("café").Signals.Subscribe(fine);
        var refused = new Recorder<Notification>();
        var attempts = 0;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using var subscription = Observable
            .Defer(() =>
            {
                attempts++;
                return listener.Channel("日本");
            })
            .Retry(5)
            .Subscribe(refused);
        await refused.UntilEndedAsync();
        await fine.UntilSubscribedAsync();

        var error = (PgListenerException)refused.Error!;
        Assert.That(error.Error, Is.EqualTo(PgListenerError.ChannelRefused));
        Assert.That(error.Message, Does.Contain("日本"));
        Assert.That(attempts, Is.EqualTo(5));
        Assert.That(clock.Elapsed, Is.GreaterThan(TimeSpan.FromMilliseconds(25 + (3 * 50))), "four delays of 25, then 50 ms or more");
        Assert.That(fine.HasEnded, Is.False);
        Assert.That(fine.Items.Resyncs().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task ACancelledSubscribeAsync_TellsWhyItHadToWait()
    {
        await using var listener = new PgListener(
            "Host=127.0.0.1;Port=1;Username=u", new PgListenerOptions { ReconnectDelay = TimeSpan.FromMinutes(1), MaxReconnectDelay = TimeSpan.FromHours(1) });
        using var patience = new CancellationTokenSource();
        var waiting = listener.Channel("a").SubscribeAsync(_ => { }, patience.Token);
        _ = await listener.State.FirstAsync(state => state is ListenerState.Reconnecting);
        await patience.CancelAsync();
        Assert.That(
            async () => await waiting,
            Throws.InstanceOf<OperationCanceledException>().With.InnerException.InstanceOf<NpgsqlException>().And.Message.Contains("127.0.0.1:1"));
    }

    [Test]
    public async Task ASpentReconnectBudget_EndsTheSubscriptionsOfItsEpochOnly()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions
        {
            ReconnectDelay = TimeSpan.FromMilliseconds(10),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(20),
            ReconnectBudget = TimeSpan.FromMilliseconds(100),
        });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        var refusal = tap.RefuseConnections();
        tap.Cut();
        await recorder.UntilEndedAsync();
        Assert.That(((PgListenerException)recorder.Error!).Error, Is.EqualTo(PgListenerError.ReconnectBudgetSpent));
        Assert.That(recorder.Error!.InnerException, Is.Not.Null);

        refusal.Dispose();
        var next = new Recorder<ChannelSignal>();
        using var again = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(next);
        await next.UntilSubscribedAsync();
    }

    [Test, NonParallelizable]
    public async Task NamesThatComeAndGoWhileThereIsNoConnection_LeaveNothingBehind()
    {
        await using var listener = new PgListener(
            "Host=127.0.0.1;Port=1;Username=u", new PgListenerOptions { ReconnectDelay = TimeSpan.FromMinutes(1), MaxReconnectDelay = TimeSpan.FromHours(1) });
        using var stays = listener.Channel("stays").Subscribe(new Recorder<Notification>());
        _ = await listener.State.FirstAsync(state => state is ListenerState.Reconnecting);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 50_000; i++)
            listener.Channel($"name {i}").Subscribe(new Recorder<Notification>()).Dispose();
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(5_000_000), "30 MB, if they were kept");
    }

    [Test]
    public async Task ALoggerThatThrows_DisturbsNothing()
    {
        await using var listener = new PgListener(
            "Host=127.0.0.1;Port=1;Username=u",
            new PgListenerOptions { LoggerFactory = new LogRecorder { Fails = true }, ReconnectDelay = TimeSpan.FromMilliseconds(1) });
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);
        _ = await listener.State.FirstAsync(state => state is ListenerState.Reconnecting { Attempt: >= 3 });
        await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
        await recorder.UntilEndedAsync();
        Assert.That(recorder.HasCompleted);
    }

    [TestCase("")]
    [TestCase("Database=shop")]
    [TestCase("Host=h;Port=" + Secret)]
    [TestCase("Host=h;Password=x;" + Secret + "=1")]
    [TestCase("Host=a,h:" + Secret)]
    [TestCase("Host=h:99999999999;Password=" + Secret)]
    [TestCase("postgres://u:" + Secret + "/x@h/d")]
    [TestCase("postgres://u:" + Secret + "%FF@h/d")]
    [TestCase("postgres://u:p@h?sslmode=" + Secret)]
    [TestCase("jdbc:postgresql://u:" + Secret + "@h/d")]
    public void AConnectionStringThatCanNotBeUsed_IsRefusedAtOnceWithoutQuotingIt(string connectionString) =>
        Assert.That(
            () => new PgListener(connectionString),
            Throws.ArgumentException.With.Message.Contains("connection string").And.Message.Not.Contains(Secret)
                .And.Property(nameof(Exception.InnerException)).Null);

    [TestCase("postgres://u:p@h:5432/d?application_name=a")]
    [TestCase("postgresql://a,b:6543/d?target_session_attrs=primary")]
    public void AUri_IsAConnectionString(string uri)
    {
        Assert.That(() => new PgListener(uri), Throws.Nothing);
        Assert.That(() => new PgNotifier(uri), Throws.Nothing);
    }

    [TestCase("postgres://h:0", "it is a URI, and a port is not a number")]
    [TestCase("mysql://h", "it is a URI, but begins neither with postgres:// nor with postgresql://")]
    [TestCase("Host=h;Colour=blue", "neither a list of keyword=value; pairs nor a postgres:// URI")]
    [TestCase("Database=shop", "it names no Host")]
    [TestCase("Host=a,h:x", "a host has a port that is no number from 1 to 65535")]
    public void AConnectionStringThatCanNotBeUsed_IsRefusedWithTheReason(string connectionString, string reason) =>
        Assert.That(() => new PgNotifier(connectionString), Throws.ArgumentException.With.Message.Contains(reason));

    [Test]
    public void NullArguments_AreRefusedAtOnce()
    {
        Assert.That(() => new PgListener((string)null!), Throws.ArgumentNullException.With.Message.Contains("GetConnectionString"));
        Assert.That(() => new PgNotifier((string)null!), Throws.ArgumentNullException.With.Message.Contains("GetConnectionString"));
        Assert.That(() => new PgListener((NpgsqlDataSource)null!), Throws.ArgumentNullException);
        Assert.That(() => new PgListener("Host=h").Channel("a").Subscribe((IObserver<Notification>)null!), Throws.ArgumentNullException);
        Assert.That(() => new PgListener("Host=h").Channel("a").Signals.Subscribe((IObserver<ChannelSignal>)null!), Throws.ArgumentNullException);
        Assert.That(() => new PgListener("Host=h").State.Subscribe((IObserver<ListenerState>)null!), Throws.ArgumentNullException);
    }

    static string With(Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlConnectionStringBuilder(TestServer.ConnectionString);
        change(builder);
        return builder.ConnectionString;
    }
}
