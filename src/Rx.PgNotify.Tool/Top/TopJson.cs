using System.Text.Json;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Top;

/// <summary>A snapshot for programs, one object a line.</summary>
static class TopJson
{
    internal static void Write(JsonLines lines, Snapshot snapshot, string target)
    {
        lines.Write("server", json =>
        {
            json.WriteString("target"u8, target);
            json.WriteString("version"u8, snapshot.Server.Version);
            json.WriteBoolean("standby"u8, snapshot.Server.IsInRecovery);
            json.WriteNumber("queueUsage"u8, snapshot.Server.QueueUsage);
            json.WriteNumber("queueBytes"u8, snapshot.Server.QueueBytes);
            if (snapshot.SlowestListener is { ProcessId: var slowest })
                json.WriteNumber("slowestListener"u8, slowest);
            json.WriteNumber("others"u8, snapshot.OtherCount);
            json.WriteNumber("hidden"u8, snapshot.HiddenCount);
        });
        foreach (var session in snapshot.Concerned)
            lines.Write("session", json => Session(json, session));
    }

    static void Session(Utf8JsonWriter json, Session session)
    {
        json.WriteNumber("processId"u8, session.ProcessId);
        json.WriteBoolean("listens"u8, session.Listens);
        json.WriteBoolean("notifies"u8, session.Notifies);
        json.WriteStartArray("channels"u8);
        foreach (var channel in session.Channels.Union(session.Facts.Notified, StringComparer.Ordinal))
            json.WriteStringValue(channel);
        json.WriteEndArray();
        if (session.HoldsCommitLock is { } holds)
            json.WriteString("commit"u8, holds ? "underWay" : "waiting");
        Text(json, "database", session.Database);
        Text(json, "user", session.User);
        Text(json, "application", session.Application);
        Text(json, "client", session.Client);
        Text(json, "state", session.State);
        Text(json, "wait", session.Wait);
        Seconds(json, "stateSeconds", session.StateAge);
        Seconds(json, "transactionSeconds", session.TransactionAge);
        json.WriteString("query"u8, session.Query);
    }

    static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    static void Seconds(Utf8JsonWriter json, string name, TimeSpan? age)
    {
        if (age is { TotalSeconds: var seconds })
            json.WriteNumber(name, Math.Round(seconds, 3));
    }
}
