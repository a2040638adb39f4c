using System.Globalization;
using Rx.PgNotify.Nats;
using Rx.PgNotify.Nats.Diagnostics;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Bridging;

/// <summary>What a bridge does, a line for each change. Not thread-safe: one caller at a time.</summary>
sealed class BridgeComments(TextWriter output, TimeProvider clock)
{
    string? _written;

    internal void Write(BridgeState state)
    {
        if (state is BridgeState.Connecting && _written is not null)
            return; // it leaves, which takes a moment
        // A bridge that fails tries again every few seconds: only news is written.
        var text = Describe(state);
        if (string.Equals(text, _written, StringComparison.Ordinal))
            return;
        _written = text;
        output.WriteLine($"# {clock.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {text}");
    }

    static string Describe(BridgeState state) => state switch
    {
        BridgeState.Connecting => "connecting",
        BridgeState.StandingBy => "standing by: another bridge is at work",
        BridgeState.AtWork => "at work",
        BridgeState.Failing { Cause: var cause } => $"failing: {PlainText.OneLine(FailureText.Of(cause))}",
        _ => "stopped",
    };
}
