using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Tool.Output;

/// <summary>Each event as JSON, one object a line. What programs read: members are only ever added, behind the others.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="clock">The time of the events; <see langword="null"/> for the machine's.</param>
sealed class JsonLines(Stream output, TimeProvider? clock = null) : IListenOutput, IDisposable
{
    // Control characters stay escaped with this encoder; other scripts stay readable and greppable.
    static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly TimeProvider _clock = clock ?? TimeProvider.System;
    readonly ArrayBufferWriter<byte> _line = new();
    readonly Utf8JsonWriter _json = new(Stream.Null, s_options);

    public void Write(ListenEvent item)
    {
        switch (item)
        {
            case ListenEvent.Signal { Value: { IsNotification: true } signal }:
                Notification(signal.Notification);
                break;
            case ListenEvent.Signal { Value: var resync }:
                foreach (var reason in ResyncNames.Of(resync.Reasons))
                    Resync(resync, reason);
                break;
            case ListenEvent.Burst burst:
                Event("burst", json =>
                {
                    json.WriteString("channel"u8, burst.Channel);
                    json.WriteNumber("count"u8, burst.Count);
                    json.WriteString("latest"u8, burst.Latest);
                });
                break;
            case ListenEvent.State state:
                State(state.Value);
                break;
        }

        output.Flush();
    }

    /// <summary>Writes a line of any type and flushes it.</summary>
    internal void Write(string type, Action<Utf8JsonWriter> members)
    {
        Line(type, members);
        output.Flush();
    }

    public void Dispose() => _json.Dispose();

    void Notification(Notification notification) => Event("notification", json =>
    {
        json.WriteString("channel"u8, notification.Channel);
        json.WriteString("payload"u8, notification.Payload);
        json.WriteNumber("processId"u8, notification.ProcessId);
    });

    void Resync(ChannelSignal resync, string reason) => Event("resync", json =>
    {
        json.WriteString("channel"u8, resync.Channel);
        json.WriteString("reason"u8, reason);
        json.WriteNumber("dropped"u8, reason is ResyncNames.Overflow ? resync.Dropped : 0);
    });

    void State(ListenerState state) => Event("state", json =>
    {
        json.WriteString("state"u8, StateNames.Of(state));
        if (state is not ListenerState.Reconnecting reconnecting)
            return;
        json.WriteNumber("attempt"u8, reconnecting.Attempt);
        json.WriteNumber("delayMs"u8, (long)reconnecting.Delay.TotalMilliseconds);
        json.WriteString("cause"u8, ExceptionSummary.Of(reconnecting.Cause));
    });

    void Event(string type, Action<Utf8JsonWriter> members) => Line(type, json =>
    {
        members(json);
        json.WriteString("time"u8, Timestamp.Now(_clock));
    });

    void Line(string type, Action<Utf8JsonWriter> members)
    {
        _line.ResetWrittenCount();
        _json.Reset(_line);
        _json.WriteStartObject();
        _json.WriteString("type"u8, type);
        members(_json);
        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        output.Write(_line.WrittenSpan);
    }
}
