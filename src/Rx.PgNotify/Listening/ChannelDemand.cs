namespace Rx.PgNotify.Listening;

/// <summary>Whether anybody wants a channel.</summary>
enum ChannelDemand
{
    /// <summary>It has subscribers: one at least, from its creation on.</summary>
    Wanted,

    /// <summary>The last subscriber has left. Until the linger is over, the next one costs no round trip.</summary>
    Lingering,

    /// <summary>The linger is over, or there was none: the server is to listen no more.</summary>
    Abandoned,

    /// <summary>It has been taken out of the desired state, for good; what is left is for its subscriptions to drain.</summary>
    Detached,
}
