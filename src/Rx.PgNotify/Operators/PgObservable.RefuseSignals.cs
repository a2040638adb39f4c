namespace Rx.PgNotify;

public static partial class PgObservable
{
    // Overload resolution leads here with signals that were parsed, with an explicit type argument, or from somebody's
    // own generic method. A Resync that waits would be overwritten like any value.
    static void RefuseSignals<T>(string parameterName)
    {
        if (typeof(T).IsAssignableTo(typeof(ISignal)))
            throw new ArgumentException(
                "Signals tell of gaps by Resyncs, which this overload would lose: call the one for ChannelSignal, before ParseJson.",
                parameterName);
    }
}
