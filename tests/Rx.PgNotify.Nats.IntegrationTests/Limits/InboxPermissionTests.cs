using System.Reactive.Concurrency;
using NATS.Client.Core;

namespace Rx.PgNotify.Nats.IntegrationTests.Limits;

/// <summary>NATS does not permit a receiver what answers come to, and permits it later.</summary>
[Parallelizable(ParallelScope.All)]
public class InboxPermissionTests
{
    const string Refused = """permissions: { subscribe: { deny: ["_INBOX.>"] } }""";

    [Test]
    public async Task WhatIsPermittedWhileAReceiverWaitsForItsNextAttempt_IsUsed()
    {
        await using var nats = await NatsServer.StartAsync(Users(Refused));
        await using var stage = new Stage(nats: nats);
        await stage.StartBridgeAtWorkAsync(connection: stage.Connect(configure: As("bridge")));
        var clock = new HistoricalScheduler(); // an attempt is due when the test says so
        var connection = stage.Connect(configure: As("receiver"));
        var listener = stage.Listen(options => options.Scheduler = clock, connection);
        var subscribing = listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        await AdvanceUntilAsync(() => listener.CurrentState is ListenerState.Reconnecting
        {
            Cause: NatsListenerException { Error: NatsListenerError.PermissionDenied },
        });

        var before = connection.ServerInfo?.Id;
        await nats.ReloadAsync(Users(""));
        await nats.KillAsync();
        await nats.StartAgainAsync();
        await Eventually.IsTrueAsync(() => connection.ConnectionState == NatsConnectionState.Open && connection.ServerInfo?.Id != before);
        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Reconnecting>(), "nothing signals it that it may now");
        await AdvanceUntilAsync(() => subscribing.IsCompleted);
        using var subscription = await subscribing;

        Task AdvanceUntilAsync(Func<bool> condition) => Eventually.IsTrueAsync(() =>
        {
            if (condition())
                return true;
            // Not between the delay and the state: the attempt would be made while the test takes it for waiting.
            if (listener.CurrentState is ListenerState.Reconnecting)
                clock.AdvanceBy(TimeSpan.FromSeconds(1));
            return false;
        });
    }

    static Func<NatsOpts, NatsOpts> As(string user) =>
        options => options with { AuthOpts = new NatsAuthOpts { Username = user, Password = "p" } };

    static string Users(string ofReceiver) =>
        $$"""authorization { users: [ { user: bridge, password: p }, { user: receiver, password: p, {{ofReceiver}} } ] }""";
}
