namespace Rx.PgNotify.Tool.Output;

/// <summary>What <c>pgnotify listen</c> writes a line about. A closed set of cases.</summary>
abstract record ListenEvent
{
    ListenEvent()
    {
    }

    internal sealed record Signal(ChannelSignal Value) : ListenEvent;

    internal sealed record Burst(string Channel, int Count, string Latest) : ListenEvent;

    internal sealed record State(ListenerState Value) : ListenEvent;
}
