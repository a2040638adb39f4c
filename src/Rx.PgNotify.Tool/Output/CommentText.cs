using System.Globalization;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Tool.Output;

/// <summary>What happens to the line and to the streams, for people.</summary>
static class CommentText
{
    /// <returns><see langword="null"/> for what is no comment but output.</returns>
    internal static string? Of(ListenEvent item) => item switch
    {
        ListenEvent.Signal { Value: { IsResync: true } resync } =>
            $"{PlainText.Escape(resync.Channel)}: resync, {string.Join(", ", ResyncNames.Of(resync.Reasons))}"
            + (resync.Dropped > 0 ? $", {Number(resync.Dropped)} dropped" : ""),
        ListenEvent.State { Value: ListenerState.Reconnecting state } =>
            $"reconnecting, attempt {Number(state.Attempt)} in {Number((long)state.Delay.TotalMilliseconds)} ms: "
            + PlainText.Escape(ExceptionSummary.Of(state.Cause)),
        ListenEvent.State { Value: var state } => StateNames.Of(state),
        _ => null,
    };

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
