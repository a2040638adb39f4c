namespace Rx.PgNotify.Nats.IntegrationTests.Faults;

/// <summary>NATS takes nothing for a while, and goes on: what could not be published meanwhile is counted, and no channel ends.</summary>
[Parallelizable(ParallelScope.All)]
public class StalledNatsTests
{
    // More than all buffers on the way take.
    const int Burst = 4_000;
    const int PayloadBytes = 7_900;

    [Test]
    public async Task WhatCantBePublished_IsCounted_AndTheChannelGoesOn()
    {
        var log = new LogRecorder();
        await using var nats = await NatsServer.StartAsync();
        await using var stage = new Stage(nats: nats, heartbeat: Stage.Calm);
        var name = UniqueChannel.Name();
        await stage.StartBridgeAtWorkAsync(
            options => (options.Channels, options.ListedOnly, options.LoggerFactory) = ([name], true, log),
            stage.Connect(configure: options => options with { CommandTimeout = TimeSpan.FromMilliseconds(200) }));
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await stage.Listen().Channel(name).Signals.SubscribeAsync(recorder);

        await nats.PauseAsync();
        try
        {
            await stage.Postgres.ExecuteAsync($"SELECT pg_notify('{name}', lpad(i::text, {PayloadBytes}, 'x')) FROM generate_series(1, {Burst}) i");
            await Eventually.IsTrueAsync(() => log.Text.Contains("Publishing has failed", StringComparison.Ordinal), expectation: "NATS takes no more");
        }
        finally
        {
            await nats.ResumeAsync();
        }

        await TestServer.DataSource.NotifyAsync(name, "last");
        await recorder.UntilAsync(all => all.Payloads().Contains("last"), "what is sent when NATS goes on");
        Assert.That(recorder.HasEnded, Is.False);
        Assert.That(recorder.Items.Sum(signal => signal.Dropped) + recorder.Items.Payloads().Count(), Is.EqualTo(Burst + 1));
        Assert.That(recorder.Items.Resyncs().Skip(1).Select(signal => signal.Reasons), Is.Not.Empty.And.All.EqualTo(ResyncReasons.Overflow));
    }
}
