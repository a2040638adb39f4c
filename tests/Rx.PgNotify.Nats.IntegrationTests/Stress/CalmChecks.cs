using System.Diagnostics;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>What has to hold once nothing breaks any more.</summary>
sealed class CalmChecks(Audience audience, Stage stage, Witness witness, HeartbeatClock clock, Findings findings)
{
    // What a receiver may need, once all is whole and a bridge is at work: to notice that it hears nothing; to find out that NATS is
    // silent too; to be connected, and to ask the bridge twice.
    const int HeartbeatsToNotice = 2;
    const int HeartbeatsToReconnect = 3;

    // In a spell of so many announcements, of which there are two a heartbeat, a receiver that misses something has noticed.
    const int AnnouncementsOfASpell = 2 * (HeartbeatsToNotice + 1);
    const int MostSpells = 3;
    const int MostFreshOnes = 10;

    readonly List<TimeSpan> _staleness = [];

    /// <summary>How long, each time, somebody was stale after all was whole again, be it that no bridge was at work yet.</summary>
    public IReadOnlyList<TimeSpan> Staleness => _staleness;

    /// <summary>
    /// Nothing is sent and nothing breaks any more. Whatever was lost at the very end has to come to light all the same, and soon.
    /// </summary>
    public async Task SettleAsync(long whole)
    {
        witness.BeginSpell();
        await Eventually.BecomesAsync(
            () => Task.FromResult($"{witness.Heard} announcements; {string.Join(", ", stage.Bridges.Select(bridge => bridge.State))}"),
            _ => witness.Heard > 0,
            expectation: "a bridge at work");
        var beats = clock.Beats;
        if (await audience.SettlesAsync())
            _staleness.Add(Stopwatch.GetElapsedTime(whole));
        foreach (var stale in audience.Stale())
            findings.Violate(stale);
        beats = clock.Beats - beats;
        if (beats > HeartbeatClock.MostBeatsIn(HeartbeatsToNotice + HeartbeatsToReconnect))
            findings.Violate($"Somebody was stale for {beats} beats");
        findings.Count("observers settled", audience.Observers().Count());
    }

    /// <summary>Each one gets a notification that is new.</summary>
    public async Task FreshAsync()
    {
        // A receiver may not have noticed yet that it hears nothing: then what was sent is lost to it, and it is told so.
        for (var i = 0; i < MostFreshOnes; i++)
        {
            await audience.SendAsync(1);
            if (!await audience.SettlesAsync())
                break;
            if (audience.Observers().All(observer => observer.Last == observer.Log.Committed))
                return;
            findings.Count("fresh ones lost");
        }

        foreach (var receiver in audience.Receivers)
        {
            foreach (var observer in receiver.Observers().Where(observer => observer.Last != observer.Log.Committed))
                findings.Violate($"{observer.Name} on {observer.Log.Channel} gets nothing new after {observer.Last}: {receiver.State}");
        }
    }

    /// <summary>Nobody is told of a gap where none is: quiet channels are known to be quiet.</summary>
    public async Task RestAsync()
    {
        // What is left of the last faults may still come to light in the first of them.
        for (var spell = 1; ; spell++)
        {
            var resyncs = audience.Receivers.Sum(receiver => receiver.Resyncs());
            witness.BeginSpell();
            await Eventually.IsTrueAsync(() => witness.Heard > AnnouncementsOfASpell);
            resyncs = audience.Receivers.Sum(receiver => receiver.Resyncs()) - resyncs;
            if (resyncs == 0)
            {
                findings.Count("calm spells");
                return;
            }

            if (!witness.IsCalm)
            {
                findings.Count("spells disturbed"); // the machine is busy, or a bridge has only now noticed something
                spell--;
            }
            else if (spell == MostSpells)
            {
                findings.Violate($"{resyncs} Resyncs where nothing was sent, nothing has failed, and the bridge was heard");
                return;
            }
        }
    }
}
