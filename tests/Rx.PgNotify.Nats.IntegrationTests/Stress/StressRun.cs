using System.Diagnostics;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>All that takes part in a randomised run: the servers, two bridges, senders and receivers, and what befalls them.</summary>
sealed class StressRun : IAsyncDisposable
{
    readonly Random _random;
    readonly Stage _stage;
    readonly HeartbeatClock _clock;
    readonly Witness _witness;
    readonly LedgerSenders _senders;
    readonly Receiver[] _receivers;
    readonly Chaos _chaos;
    readonly CalmChecks _calm;
    readonly StagedFaults _faults;

    StressRun(int seed, Findings findings, Stage stage, HeartbeatClock clock, CommitLog[] channels)
    {
        (_random, _stage, _clock) = (new Random(seed), stage, clock);
        _witness = new Witness(stage);
        var ledger = new Ledger(stage.DataSource);
        _senders = new LedgerSenders(stage.DataSource, ledger, channels, findings);
        _receivers =
        [
            new Receiver("roomy", stage, channels, ledger, Temper.Fast, _ => { }, findings),
            new Receiver("tight", stage, channels, ledger, Temper.Slow, options => options.BufferCapacity = 64, findings),
            new Receiver("fickle", stage, channels, ledger, null, options => options.Linger = TimeSpan.FromMilliseconds(50), findings),
        ];
        _chaos = new Chaos(
        [
            .. stage.Bridges.Select(bridge => new BridgeFaults(bridge, findings)),
            .. stage.Bridges.Select(bridge => new LineFaults("bridge to PostgreSQL", bridge.Postgres, findings)),
            .. stage.Bridges.Select(bridge => new LineFaults("bridge to NATS", bridge.Nats, findings)),
            .. _receivers.Select(receiver => new LineFaults("receiver to NATS", receiver.Proxy, findings)),
            new NatsFaults(stage.Nats, findings),
            new BackendFaults(stage, findings),
        ]);
        var audience = new Audience(_receivers, channels, _senders);
        _calm = new CalmChecks(audience, stage, _witness, clock, findings);
        _faults = new StagedFaults(audience, stage, _witness, findings);
    }

    /// <inheritdoc cref="CalmChecks.Staleness"/>
    public IReadOnlyList<TimeSpan> Staleness => _calm.Staleness;

    public static async Task<StressRun> StartAsync(int seed, Findings findings)
    {
        // Some are listed, the others learnt, and one has all that subjects don't take.
        CommitLog[] channels = [.. new[] { "listed", "also listed", "asked", "asked.too", "dots. *>%2E ünd" }
            .Select(label => new CommitLog(UniqueChannel.Name(label)))];
        var options = new BridgeProcessOptions(
            TimeSpan.FromSeconds(1), [.. channels.Take(2).Select(log => log.Channel)], Capacity: 1_000);
        var clock = await HeartbeatClock.StartAsync(options.Heartbeat);
        var stage = await Stage.StartAsync(options, findings);
        await new Ledger(stage.DataSource).CreateAsync();
        return new StressRun(seed, findings, stage, clock, channels);
    }

    /// <summary>Everything at once for a while, then a rest in which all have to come to know the truth.</summary>
    public async Task RoundAsync(TimeSpan length)
    {
        using var stopSenders = new CancellationTokenSource();
        using var stop = new CancellationTokenSource(length);
        var sending = Enumerable.Range(0, 3).Select(_ => _senders.RunAsync(NewRandom(), stopSenders.Token)).ToArray();
        await Task.WhenAll(
            [_chaos.RunAsync(NewRandom(), stop.Token), .. _receivers.Select(receiver => receiver.ChurnAsync(NewRandom(), stop.Token))]);
        var whole = Stopwatch.GetTimestamp();
        await stopSenders.CancelAsync();
        await Task.WhenAll(sending);

        await _calm.SettleAsync(whole);
        await _calm.FreshAsync();
        await _calm.RestAsync();
        await _faults.LeaveBehindAsync();
        await _faults.LoseTailAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var receiver in _receivers)
            await receiver.DisposeAsync();
        await _witness.DisposeAsync();
        await _stage.DisposeAsync();
        await _clock.DisposeAsync();
    }

    Random NewRandom() => new(_random.Next());
}
