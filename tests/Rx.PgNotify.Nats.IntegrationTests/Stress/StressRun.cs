using System.Diagnostics;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>All that takes part in a randomised run: the servers, two bridges, senders and receivers, and what befalls them.</summary>
sealed class StressRun : IAsyncDisposable
{
    // What a receiver may need, once all is whole and a bridge is at work: to notice that it hears nothing; to find out that NATS is
    // silent too; to be connected, and to ask the bridge twice.
    const int HeartbeatsToNotice = 2;
    const int HeartbeatsToReconnect = 3;

    // In a spell of so many announcements, of which there are two a heartbeat, a receiver that misses something has noticed.
    const int AnnouncementsOfASpell = 2 * (HeartbeatsToNotice + 1);
    const int AnnouncementsToReplace = 5;
    const int MostAnnouncementsToNotice = (2 * HeartbeatsToNotice) + 1;
    const int MostSpells = 3;
    const int MostFreshOnes = 10;

    readonly Random _random;
    readonly Findings _findings;
    readonly Stage _stage;
    readonly HeartbeatClock _clock;
    readonly Witness _witness;
    readonly LedgerSenders _senders;
    readonly Receiver[] _receivers;
    readonly CommitLog[] _channels;
    readonly Chaos _chaos;
    readonly List<TimeSpan> _staleness = [];

    StressRun(int seed, Findings findings, Stage stage, HeartbeatClock clock, CommitLog[] channels)
    {
        (_random, _findings, _stage, _clock, _channels) = (new Random(seed), findings, stage, clock, channels);
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
    }

    /// <summary>How long, in each round, somebody was stale after all was whole again, be it that no bridge was at work yet.</summary>
    public IReadOnlyList<TimeSpan> Staleness => _staleness;

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

        await SettleAsync(whole);
        await FreshAsync();
        await RestAsync();
        await LeaveBehindAsync();
        await LoseTailAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var receiver in _receivers)
            await receiver.DisposeAsync();
        await _witness.DisposeAsync();
        await _stage.DisposeAsync();
        await _clock.DisposeAsync();
    }

    /// <summary>
    /// Nothing is sent and nothing breaks any more. Whatever was lost at the very end has to come to light all the same, and soon.
    /// </summary>
    async Task SettleAsync(long whole)
    {
        _witness.BeginSpell();
        await Eventually.BecomesAsync(
            () => Task.FromResult($"{_witness.Heard} announcements; {string.Join(", ", _stage.Bridges.Select(bridge => bridge.State))}"),
            _ => _witness.Heard > 0,
            expectation: "a bridge at work");
        var beats = _clock.Beats;
        if (await HoldsAsync(() => !Stale().Any()))
            _staleness.Add(Stopwatch.GetElapsedTime(whole));
        foreach (var stale in Stale())
            _findings.Violate(stale);
        beats = _clock.Beats - beats;
        if (beats > HeartbeatClock.MostBeatsIn(HeartbeatsToNotice + HeartbeatsToReconnect))
            _findings.Violate($"Somebody was stale for {beats} beats");
        _findings.Count("observers settled", _receivers.Sum(receiver => receiver.Observers().Count));
    }

    /// <summary>Each one gets a notification that is new.</summary>
    async Task FreshAsync()
    {
        // A receiver may not have noticed yet that it hears nothing: then what was sent is lost to it, and it is told so.
        for (var i = 0; i < MostFreshOnes; i++)
        {
            foreach (var channel in _channels)
                await _senders.SendAsync([channel], 1, 0);
            if (!await HoldsAsync(() => !Stale().Any()))
                break;
            if (_receivers.SelectMany(receiver => receiver.Observers()).All(observer => observer.Last == observer.Log.Committed))
                return;
            _findings.Count("fresh ones lost");
        }

        foreach (var receiver in _receivers)
        {
            foreach (var observer in receiver.Observers().Where(observer => observer.Last != observer.Log.Committed))
                _findings.Violate($"{observer.Name} on {observer.Log.Channel} gets nothing new after {observer.Last}: {receiver.State}");
        }
    }

    /// <summary>Nobody is told of a gap where none is: quiet channels are known to be quiet.</summary>
    async Task RestAsync()
    {
        // What is left of the last faults may still come to light in the first of them.
        for (var spell = 1; ; spell++)
        {
            var resyncs = _receivers.Sum(receiver => receiver.Resyncs());
            _witness.BeginSpell();
            await Eventually.IsTrueAsync(() => _witness.Heard > AnnouncementsOfASpell);
            resyncs = _receivers.Sum(receiver => receiver.Resyncs()) - resyncs;
            if (resyncs == 0)
            {
                _findings.Count("calm spells");
                return;
            }

            if (!_witness.IsCalm)
            {
                _findings.Count("spells disturbed"); // the machine is busy, or a bridge has only now noticed something
                spell--;
            }
            else if (spell == MostSpells)
            {
                _findings.Violate($"{resyncs} Resyncs where nothing was sent, nothing has failed, and the bridge was heard");
                return;
            }
        }
    }

    /// <summary>
    /// The bridge at work loses its backend and doesn't know: what the server has sent comes to it late, and it goes on when it has been
    /// replaced. Each observer is told of the one gap that there is, and hears nothing of its end.
    /// </summary>
    async Task LeaveBehindAsync()
    {
        var (former, backend) = await _stage.IsReadyAsync();
        var before = _receivers.SelectMany(receiver => receiver.Observers()).ToDictionary(observer => observer, observer => observer.Reconnects);
        _witness.BeginSpell();
        former.Postgres.Delay = 0.9 * _stage.Heartbeat;
        foreach (var channel in _channels)
            await _senders.SendAsync([channel], 10, 0);
        await _stage.TerminateAsync(backend);
        while (_witness.Heard < AnnouncementsToReplace)
        {
            foreach (var channel in _channels)
                await _senders.SendAsync([channel], 1, 0);
        }

        former.Postgres.Delay = TimeSpan.Zero;
        if (!await HoldsAsync(() => !Stale().Any()))
            _findings.Violate($"After a late bridge: {string.Join(", ", Stale())}");
        if (!_witness.IsPrompt)
        {
            _findings.Count("late bridges disturbed"); // the machine is busy
            return;
        }

        _findings.Count("late bridges");
        foreach (var (observer, reconnects) in before.Where(pair => pair.Key.Reconnects > pair.Value + 1))
            _findings.Violate($"{observer.Name} got {observer.Reconnects - reconnects} Resyncs when the bridge was replaced once");
    }

    /// <summary>What the bridge has sent last is lost on its way to NATS, and nothing follows: its next sign of life shows that.</summary>
    async Task LoseTailAsync()
    {
        var (leader, _) = await _stage.IsReadyAsync();
        using (leader.Nats.Swallow(newLines: false))
        {
            foreach (var channel in _channels)
                await _senders.SendAsync([channel], 1, 0);
            await Pause.ForAsync(100, CancellationToken.None);
        }

        _witness.BeginSpell();
        if (!await HoldsAsync(() => !Stale().Any()))
            _findings.Violate($"After a lost tail: {string.Join(", ", Stale())}");
        var heard = _witness.Heard;
        if (heard > MostAnnouncementsToNotice && _witness.IsPrompt)
            _findings.Violate($"A lost tail was noticed after {heard} announcements");
        _findings.Count("lost tails");
    }

    IEnumerable<string> Stale() => _receivers.SelectMany(receiver => receiver.Stale());

    Random NewRandom() => new(_random.Next());

    static async Task<bool> HoldsAsync(Func<bool> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Eventually.Deadline)
                return false;
            await Task.Delay(10);
        }

        return true;
    }
}
