using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Listening;

/// <summary>
/// One entry of the desired state: how many want a channel, and whether the server listens to it. It lives from the
/// first subscriber to the UNLISTEN, or to a fault; the next subscriber then starts a new one.
/// </summary>
/// <remarks>
/// The lock of <see cref="DesiredChannels"/> guards all that changes. Invariant while it is free: it is wanted if and only if it has
/// subscribers, unless it is detached.
/// </remarks>
sealed class ListenedChannel
{
    internal ListenedChannel(ChannelHub hub, Action<ListenedChannel> release)
    {
        Hub = hub;
        Release = () => release(this);
    }

    internal ChannelHub Hub { get; }

    /// <summary>Called once by each subscription when it ends; one delegate for all of them.</summary>
    internal Action Release { get; }

    internal int Subscribers { get; set; }

    internal ListenStatus Status { get; set; }

    /// <summary>Belongs to the <see cref="ChannelSet"/>, which counts by it.</summary>
    internal ChannelDemand Demand { get; set; }

    /// <summary>When, on the listener's clock, the linger ends that began when the last subscriber left.</summary>
    internal TimeSpan LingersUntil { get; set; }

    /// <summary>At most one linger timer is under way for a channel, however often its subscribers come and go.</summary>
    internal bool HasLingerTimer { get; set; }
}
