using System.Diagnostics;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Sending;

/// <summary>One send on its way to a commit; its task is the caller's.</summary>
/// <remarks>
/// The first outcome counts: a cancel may come at any time from any thread, all others come from the pump. One that has
/// ended before its commit is begun is not sent: that withdraws it, wherever it waits.
/// </remarks>
sealed class PendingSend : TaskCompletionSource
{
    readonly NotifierMetrics _metrics;
    readonly CancellationTokenRegistration _cancellation;

    internal PendingSend(
        string channel, string payload, TimeSpan deadline, NotifierMetrics metrics, CancellationToken cancellationToken)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Channel = channel;
        Payload = payload;
        Deadline = deadline;
        _metrics = metrics;
        metrics.SendStarted();
        _cancellation = cancellationToken.UnsafeRegister(static (send, token) => ((PendingSend)send!).Cancel(token), this);
    }

    internal string Channel { get; }

    internal string Payload { get; }

    /// <summary>The span that it was asked for in, if that is recorded.</summary>
    internal ActivityContext Origin { get; } = LibraryTracing.Origin;

    /// <summary>Its characters, which are about its bytes.</summary>
    internal int Size => Channel.Length + Payload.Length;

    /// <summary>When waiting for a connection has to end, on the clock of the notifier.</summary>
    internal TimeSpan Deadline { get; }

    /// <summary>Whether a commit with it was begun and its end not seen. Used by the pump alone.</summary>
    internal bool IsInDoubt { get; set; }

    internal bool IsCompleted => Task.IsCompleted;

    internal void Succeed()
    {
        if (TrySetResult())
            _metrics.SendCompleted();
        _cancellation.Unregister();
    }

    internal void Fail(PgNotifierError error, string message, Exception? cause)
    {
        if (IsInDoubt)
            (error, message) = (PgNotifierError.InDoubt, $"It may have been sent: a connection was lost during its commit. Then: {message}");
        if (TrySetException(new PgNotifierException(error, message, cause)))
        {
            _metrics.SendCompleted();
            _metrics.Failed(error);
        }

        _cancellation.Unregister();
    }

    void Cancel(CancellationToken cancellationToken)
    {
        if (TrySetCanceled(cancellationToken))
            _metrics.SendCompleted();
    }
}
