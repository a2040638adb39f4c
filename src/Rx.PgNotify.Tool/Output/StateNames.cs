using System.Diagnostics;

namespace Rx.PgNotify.Tool.Output;

static class StateNames
{
    internal static string Of(ListenerState state) => state switch
    {
        ListenerState.Idle => "idle",
        ListenerState.Connecting => "connecting",
        ListenerState.Listening => "listening",
        ListenerState.Reconnecting => "reconnecting",
        ListenerState.Faulted => "faulted",
        ListenerState.Disposed => "disposed",
        _ => throw new UnreachableException(),
    };
}
