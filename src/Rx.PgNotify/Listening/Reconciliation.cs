namespace Rx.PgNotify.Listening;

/// <summary>What has to be sent to the server so that it listens to what is wanted, and what its answers make of that.</summary>
/// <remarks>Not thread-safe: every call is made under the lock of <see cref="DesiredChannels"/>.</remarks>
sealed class Reconciliation(ChannelSet channels, RefusedChannels refused)
{
    /// <summary>Takes what has to be sent now. The channels in it count as in flight until the answer is noted.</summary>
    /// <param name="now">On the listener's clock.</param>
    /// <param name="postponedUntil">When the first of those may be listened to that were postponed; <see langword="null"/> if none was.</param>
    internal ChannelChanges TakeChanges(TimeSpan now, out TimeSpan? postponedUntil)
    {
        var changes = new ChannelChanges();
        postponedUntil = null;
        foreach (var channel in channels.TakeDirty())
        {
            if (channel.Status != ListenStatus.NotListening || refused.TryPostpone_NeedsLock(channel, now) is not { } until)
                Plan(channel, changes);
            else if (postponedUntil is null || until < postponedUntil)
                postponedUntil = until;
        }

        return changes;
    }

    /// <summary>The server has answered.</summary>
    internal void Answered(ListenedChannel channel, ListenStatus status)
    {
        if (!channels.TryMarkDirty(channel)) // what is wanted may have changed while the answer was on its way
            return;
        channel.Status = status;
        if (status == ListenStatus.Listening)
            refused.Forget_NeedsLock(channel.Hub.Name);
    }

    /// <summary>The connection is gone: nothing is listened to, and what nobody wants is forgotten, lingering or not.</summary>
    internal void Disconnected()
    {
        foreach (var channel in channels.All)
        {
            channel.Status = ListenStatus.NotListening;
            channel.Hub.NoLongerListened();
            if (channel.Demand == ChannelDemand.Wanted)
                channels.TryMarkDirty(channel);
            else
                channels.Detach(channel);
        }
    }

    void Plan(ListenedChannel channel, ChannelChanges changes)
    {
        switch (channel.Status, channel.Demand)
        {
            case (ListenStatus.NotListening, ChannelDemand.Wanted):
                channel.Status = ListenStatus.InFlight;
                channel.Hub.ListenRequested();
                changes.Listen.Add(channel);
                break;
            case (ListenStatus.NotListening, ChannelDemand.Abandoned):
                channels.Detach(channel);
                break;
            case (ListenStatus.Listening, ChannelDemand.Abandoned):
                // Under the lock, so that whoever subscribes from now on does not take the old LISTEN for granted.
                channel.Status = ListenStatus.InFlight;
                channel.Hub.NoLongerListened();
                changes.Unlisten.Add(channel);
                break;
            default:
                break;
        }
    }
}
