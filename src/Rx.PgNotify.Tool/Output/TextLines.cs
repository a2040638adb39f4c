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
            case ListenEvent.Burst burst:
                Columns(burst.Channel, $"{Number(burst.Count)} in a burst", burst.Latest);
                break;
            default:
                comments.WriteLine($"# {Now()} {CommentText.Of(item)}");
                break;
        }
    }

    void Columns(string channel, string middle, string payload)
    {
        output.Write(Encoding.UTF8.GetBytes($"{Now()}\t{PlainText.Escape(channel)}\t{middle}\t{PlainText.Escape(payload)}\n"));
        output.Flush();
    }

    string Now() => clock.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
