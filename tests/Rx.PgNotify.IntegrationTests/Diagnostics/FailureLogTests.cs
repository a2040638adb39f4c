using Microsoft.Extensions.Logging;
using static Microsoft.Extensions.Logging.LogLevel;

namespace Rx.PgNotify.IntegrationTests.Diagnostics;

/// <summary>A server that is away for hours must not fill the log, and must not be forgotten by it.</summary>
[Parallelizable(ParallelScope.All)]
public class FailureLogTests
{
    const string Nobody = "Host=127.0.0.1;Port=1;Username=u";

    static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(1);

    [Test]
    public async Task AListenersFailedAttempts_AreALineEach_AndTheFirstAndEveryTenthAreWarnings()
    {
        using var log = new LogRecorder();
        await using var listener = new PgListener(
            Nobody, new PgListenerOptions { LoggerFactory = log, ReconnectDelay = s_delay, MaxReconnectDelay = s_delay });
        using var subscription = listener.Channel("a").Subscribe(new Recorder<Notification>());

        await ExpectOneLineEachAsync(log, id: 3, idOfException: 14);
    }

    [Test]
    public async Task ANotifiersFailedAttempts_AreALineEach_AndTheFirstAndEveryTenthAreWarnings()
    {
        using var log = new LogRecorder();
        await using var notifier = new PgNotifier(Nobody, new PgNotifierOptions
        {
            LoggerFactory = log,
            ReconnectDelay = s_delay,
            MaxReconnectDelay = s_delay,
            FlushTimeout = TimeSpan.Zero,
        });
        var send = notifier.NotifyAsync("a");

        await ExpectOneLineEachAsync(log, id: 43, idOfException: 49);
        await notifier.DisposeAsync();
        Assert.That(async () => await send, Throws.InstanceOf<PgNotifierException>());
    }

    [Test]
    public async Task ALineThatIsLostAndComesBack_IsAWarningEachTime_AndTheAttemptsInBetweenAreNot()
    {
        using var log = new LogRecorder();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { LoggerFactory = log, ReconnectDelay = s_delay, MaxReconnectDelay = s_delay });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        for (var losses = 1; losses <= 2; losses++)
        {
            await recorder.UntilCountAsync(losses);
            var before = log.Of(3).Count;
            using (tap.RefuseConnections())
            {
                tap.Cut();
                await Eventually.IsTrueAsync(() => log.Of(3).Count >= before + 3, expectation: "attempts should fail");
            }

            // The loss itself is the first failure of the row.
            Assert.That(log.Of(9).Select(entry => (entry.Level, entry.Exception)), Is.EqualTo(Enumerable.Repeat<(LogLevel, Exception?)>((Warning, null), losses)));
            Assert.That(log.Of(3).Skip(before).Take(3).Select(entry => entry.Level), Is.All.EqualTo(Information));
        }

        await recorder.UntilCountAsync(3);
    }

    [Test]
    public async Task AFirstAttemptThatFails_IsNoLossOfAConnectionThatWasClosedBefore()
    {
        using var log = new LogRecorder();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions
        {
            LoggerFactory = log,
            Linger = TimeSpan.Zero,
            ReconnectDelay = s_delay,
            MaxReconnectDelay = s_delay,
        });
        var channel = listener.Channel(UniqueChannel.Name());
        (await channel.SubscribeAsync(_ => { })).Dispose();
        await Eventually.IsTrueAsync(() => listener.CurrentState is ListenerState.Idle);
        using (tap.RefuseConnections())
        {
            using var subscription = channel.Subscribe(new Recorder<Notification>());
            await Eventually.IsTrueAsync(() => log.Of(3).Count > 0 || log.Of(9).Count > 0, expectation: "an attempt should fail");
        }

        Assert.That(log.Of(9), Is.Empty);
    }

    static async Task ExpectOneLineEachAsync(LogRecorder log, int id, int idOfException)
    {
        await Eventually.IsTrueAsync(() => log.Of(idOfException).Count >= 21, expectation: "21 attempts should fail");

        var lines = log.Of(id).Take(21).ToList();
        Assert.That(
            lines.Select((line, i) => (Attempt: i + 1, line.Level)).Where(line => line.Level != Information),
            Is.EqualTo(new[] { (1, Warning), (10, Warning), (20, Warning) }));
        foreach (var line in lines)
        {
            Assert.That(line.Exception, Is.Null);
            Assert.That(line.Message, Does.Not.Contain("\n").And.Contain("Failed to connect to 127.0.0.1:1: Connection refused"));
        }

        Assert.That(log.Of(idOfException).Select(entry => (entry.Level, entry.Exception?.StackTrace is null)), Is.All.EqualTo((Debug, false)));
    }
}
