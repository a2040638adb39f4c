using System.Runtime.ExceptionServices;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>Tells what ends a live query from what its user may take as a failed run.</summary>
static class RunFailure
{
    /// <summary>Passes a failure on, or throws it: what is thrown here ends the sequence.</summary>
    internal static void Pass(Exception error, Action<Exception> queryFailed)
    {
        if (error is MisuseException or ListenerEndedException)
            ExceptionDispatchInfo.Throw(error);
        queryFailed(error);
    }
}
