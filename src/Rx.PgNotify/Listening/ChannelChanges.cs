namespace Rx.PgNotify.Listening;

/// <summary>What has to be sent to the server so that it listens to what is wanted: one round trip.</summary>
sealed class ChannelChanges
{
    internal List<ListenedChannel> Listen { get; } = [];

    internal List<ListenedChannel> Unlisten { get; } = [];

    internal int Count => Listen.Count + Unlisten.Count;

    /// <summary>Divides two or more changes, to find the one that the server refuses.</summary>
    internal (ChannelChanges First, ChannelChanges Second) Split()
    {
        var (first, second) = (new ChannelChanges(), new ChannelChanges());
        if (Unlisten.Count > 0 && Listen.Count > 0)
        {
            first.Unlisten.AddRange(Unlisten);
            second.Listen.AddRange(Listen);
            return (first, second);
        }

        Halve(Unlisten, first.Unlisten, second.Unlisten);
        Halve(Listen, first.Listen, second.Listen);
        return (first, second);
    }

    static void Halve(List<ListenedChannel> all, List<ListenedChannel> first, List<ListenedChannel> second)
    {
        first.AddRange(all[..(all.Count / 2)]);
        second.AddRange(all[(all.Count / 2)..]);
    }
}
