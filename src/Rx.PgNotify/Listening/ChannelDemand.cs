namespace Rx.PgNotify.Listening;

/// <summary>What is wanted of a channel in the desired state.</summary>
enum ChannelDemand
{
    /// <summary>It has no subscriber, but a linger that is not over: a server that listens goes on, another one is not asked to.</summary>
    Lingering,

    /// <summary>It has subscribers: the server is to listen.</summary>
    Wanted,

    /// <summary>It has no subscriber, and its linger is over (or it has none to wait for): the server is to listen no more.</summary>
    Abandoned,

    /// <summary>It has been taken out of the desired state, for good. What is left is for its subscriptions to drain.</summary>
    Detached,
}
