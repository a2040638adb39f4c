using System.Globalization;
using System.Text;

namespace Rx.PgNotify.Tool.Output;

/// <summary>
/// Notifications and bursts as columns between tabs on the output; what happens to the line as comments on the error
/// output, so that a pipe carries nothing but notifications.
/// </summary>
sealed class TextLines(Stream output, TextWriter comments, TimeProvider clock) : IListenOutput
{
    public void Write(ListenEvent item)
    {
        switch (item)
        {
            case ListenEvent.Signal { Value: { IsNotification: true } signal }:
                var notification = signal.Notification;
                Columns(notification.Channel, Number(notification.ProcessId), notification.Payload);
                break;
            case ListenEvent.Signal { Value: var resync }:
                Comment($"{PlainText.Escape(resync.Channel)}: resync, {string.Join(", ", ResyncNames.Of(resync.Reasons))}"
                    + (resync.Dropped > 0 ? $", {Number(resync.Dropped)} dropped" : ""));
                break;
            case ListenEvent.Burst burst:
                Columns(burst.Channel, $"{Number(burst.Count)} in a burst", burst.Latest);
                break;
            case ListenEvent.State { Value: ListenerState.Reconnecting state }:
                Comment($"reconnecting, attempt {Number(state.Attempt)} in {Number((long)state.Delay.TotalMilliseconds)} ms: "
                    + PlainText.Escape(state.Cause.Message));
                break;
            case ListenEvent.State { Value: var state }:
                Comment(StateNames.Of(state));
                break;
        }
    }

    void Columns(string channel, string middle, string payload)
    {
        output.Write(Encoding.UTF8.GetBytes($"{Now()}\t{PlainText.Escape(channel)}\t{middle}\t{PlainText.Escape(payload)}\n"));
        output.Flush();
    }

    void Comment(string text) => comments.WriteLine($"# {Now()} {text}");

    string Now() => clock.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
