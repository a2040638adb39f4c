namespace Rx.PgNotify.Operators;

/// <summary>What a <see cref="RunSink{TSource,TResult}"/> does at the moment.</summary>
enum RunState
{
    /// <summary>Nothing waits. The next value starts a run at once.</summary>
    Ready,

    /// <summary>Nothing waits. The next value begins a quiet spell.</summary>
    Resting,

    /// <summary>A value waits for the end of the quiet spell: a timer is armed, or about to be.</summary>
    Spell,

    /// <summary>A run has failed and waits to be made again: a timer is armed, or about to be.</summary>
    Pause,

    /// <summary>The function runs, or is about to. Whoever set this state holds the turn.</summary>
    Running,

    /// <summary>The holder of the turn calls the observer, or the callback for failures.</summary>
    Calling,
}
