namespace Rx.PgNotify.Delivery;

/// <summary>
/// Takes what the observers of a subscription throw. Whoever calls them makes it the current one of the thread meanwhile, and an
/// operator behind the listener that will call its own observer later, from a timer or after a task, remembers it from there.
/// </summary>
/// <param name="calls">The listener's; it takes failures.</param>
/// <param name="channel">The channel that was subscribed to; <see langword="null"/> for the listener's state.</param>
sealed class FailureTaker(ObserverCalls calls, string? channel)
{
    [ThreadStatic]
    static FailureTaker? s_current;

    /// <summary>Of the call that this thread is in; <see langword="null"/> where failures are to stay unhandled.</summary>
    internal static FailureTaker? Current => s_current;

    /// <summary>Makes it the current one.</summary>
    /// <returns>What was current before, to be given to <see cref="End"/>.</returns>
    internal static FailureTaker? Begin(FailureTaker? taker)
    {
        var outer = s_current;
        s_current = taker;
        return outer;
    }

    internal static void End(FailureTaker? outer) => s_current = outer;

    /// <summary>
    /// Makes a call that nobody is above who could take what it throws. That ends the subscription, and goes to the taker or,
    /// without one, on to whatever scheduler is above.
    /// </summary>
    internal static void Guard<TState>(FailureTaker? taker, IDisposable subscription, TState state, Action<TState> call)
    {
        // Also without a taker: the one above may be that of another listener, whose call has only completed what this one waited for.
        var outer = Begin(taker);
        try
        {
            call(state);
        }
        catch (Exception e) when (taker is not null)
        {
            subscription.Dispose();
            taker.Take(e);
        }
        finally
        {
            End(outer);
        }
    }

    void Take(Exception exception) => calls.TakeFailure(channel, exception);
}
