using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Listening;

/// <summary>
/// One entry of the desired state: how many want a channel, and whether the server listens to it. It lives from the
/// first subscriber to the UNLISTEN, or to a fault; the next subscriber then starts a new one.
/// </summary>
/// <remarks>All fields are guarded by the lock of <see cref="DesiredChannels"/>.</remarks>
sealed class ListenedChannel
{
    internal ListenedChannel(ChannelHub hub, Action<ListenedChannel> release)
    {
        Hub = hub;
        Release = () => release(this);
    }

    /// <summary>What the server does for this channel on the present connection.</summary>
    internal enum OnServer
    {
        NotListening,

        // A LISTEN or UNLISTEN is on its way; only the pump, which sent it, changes this.
        InFlight,
        Listening,
    }

    internal ChannelHub Hub { get; }

    /// <summary>Called once by each subscription when it ends; one delegate for all of them.</summary>
    internal Action Release { get; }

    internal int Subscribers { get; set; }

    internal OnServer Server { get; set; }

    /// <summary>When, on the listener's clock, the linger ends that began when the last subscriber left.</summary>
    internal TimeSpan LingersUntil { get; set; }

    /// <summary>Nobody wants it and its linger is over (or it has none to wait for).</summary>
    internal bool IsAbandoned { get; set; }

    /// <summary>At most one linger timer is under way for a channel, however often its subscribers come and go.</summary>
    internal bool HasTimer { get; set; }

    /// <summary>It has been taken out of the desired state; what is left is for its subscriptions to drain.</summary>
    internal bool IsDetached { get; set; }
}
