namespace Rx.PgNotify.Delivery;

/// <summary>What a <see cref="Reader"/> found when it asked its hub for what comes next.</summary>
enum ReadOutcome
{
    /// <summary>One signal or more.</summary>
    Signals,

    /// <summary>Nothing yet: it is parked, and queued when there is something.</summary>
    Parked,

    /// <summary>The channel is completed, and everything was read.</summary>
    Completed,

    /// <summary>The reader itself has left.</summary>
    Left,
}
