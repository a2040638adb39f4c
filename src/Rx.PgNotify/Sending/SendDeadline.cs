using System.Reactive.Concurrency;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Sending;

/// <summary>One timer for all sends that wait: it signals when the first of them has waited too long.</summary>
/// <remarks>Used by the pump alone. A send that comes while it runs has a later deadline, so it need not be moved.</remarks>
#pragma warning disable CA1001 // a token source without timer and links needs no disposal
sealed class SendDeadline(PgNotifierOptions options, IStopwatch clock)
#pragma warning restore CA1001
{
    readonly Task _never = new TaskCompletionSource().Task;
    Task? _due;
    CancellationTokenSource? _abandon;

    internal Task DueAsync(WaitingSends waiting) => _due ??= Start(waiting);

    /// <summary>Stops it: after it was due, and when sends that are older than the others have to wait again.</summary>
    internal void Forget()
    {
        _ = _abandon?.CancelSafelyAsync(); // stops a timer of the user's scheduler; nobody awaits it any more
        _abandon = null;
        _due = null;
    }

    Task Start(WaitingSends waiting)
    {
        if (options.SendTimeout is not { } timeout)
            return _never;
        var now = clock.Elapsed;
        var due = now + timeout;
        if (waiting.EarliestDeadline is { } earliest && earliest < due)
            due = earliest;
        _abandon = new CancellationTokenSource();
        return options.Scheduler.DelayAsync(due > now ? due - now : TimeSpan.Zero, _abandon.Token);
    }
}
