namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>Faults that are staged while all else is whole, so that it is known what has to come of them.</summary>
sealed class StagedFaults(Audience audience, Stage stage, Witness witness, Findings findings)
{
    const int AnnouncementsToReplace = 5;

    // Two a heartbeat, of the two that a receiver needs to notice.
    const int MostAnnouncementsToNotice = 5;

    /// <summary>
    /// The bridge at work loses its backend and doesn't know: what the server has sent comes to it late, and it goes on when it has been
    /// replaced. Each observer is told of the one gap that there is, and hears nothing of its end.
    /// </summary>
    public async Task LeaveBehindAsync()
    {
        var (former, backend) = await stage.IsReadyAsync();
        var before = audience.Observers().ToDictionary(observer => observer, observer => observer.Reconnects);
        witness.BeginSpell();
        former.Postgres.Delay = 0.9 * stage.Heartbeat;
        await audience.SendAsync(10);
        await stage.TerminateAsync(backend);
        while (witness.Heard < AnnouncementsToReplace)
            await audience.SendAsync(1);

        former.Postgres.Delay = TimeSpan.Zero;
        if (!await audience.SettlesAsync())
            findings.Violate($"After a late bridge: {string.Join(", ", audience.Stale())}");
        if (!witness.IsPrompt)
        {
            findings.Count("late bridges disturbed"); // the machine is busy
            return;
        }

        findings.Count("late bridges");
        foreach (var (observer, reconnects) in before.Where(pair => pair.Key.Reconnects > pair.Value + 1))
            findings.Violate($"{observer.Name} got {observer.Reconnects - reconnects} Resyncs when the bridge was replaced once");
    }

    /// <summary>What the bridge has sent last is lost on its way to NATS, and nothing follows: its next sign of life shows that.</summary>
    public async Task LoseTailAsync()
    {
        var (leader, _) = await stage.IsReadyAsync();
        using (leader.Nats.Swallow(newLines: false))
        {
            await audience.SendAsync(1);
            await Pause.ForAsync(100, CancellationToken.None);
        }

        witness.BeginSpell();
        if (!await audience.SettlesAsync())
            findings.Violate($"After a lost tail: {string.Join(", ", audience.Stale())}");
        var heard = witness.Heard;
        if (heard > MostAnnouncementsToNotice && witness.IsPrompt)
            findings.Violate($"A lost tail was noticed after {heard} announcements");
        findings.Count("lost tails");
    }
}
