namespace Rx.PgNotify.Operators;

/// <summary>How far the source of a <see cref="Sink{TSource}"/> has come, and whether its terminal call has been passed on.</summary>
enum SourceState
{
    /// <summary>It may still emit.</summary>
    Active,

    /// <summary>It has completed. What was taken from it, and then <c>OnCompleted</c>, are still to be passed on.</summary>
    Completed,

    /// <summary>It has failed. <c>OnError</c> is still to be passed on, and before it whatever the operator does not drop.</summary>
    Failed,

    /// <summary>Nothing more is passed on: the terminal call has been made, or is about to be, or the subscriber has left.</summary>
    Over,
}
