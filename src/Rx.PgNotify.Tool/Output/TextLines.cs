using System.Globalization;
using System.Text;

namespace Rx.PgNotify.Tool.Output;

/// <summary>Notifications and bursts as columns between tabs on the output; what happens to the line as comments.</summary>
sealed class TextLines(Stream output, CommentLines comments, TimeProvider clock) : IListenOutput
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
                comments.Write(item);
                break;
        }
    }

    void Columns(string channel, string middle, string payload)
    {
        var now = clock.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        output.Write(Encoding.UTF8.GetBytes($"{now}\t{PlainText.Escape(channel)}\t{middle}\t{PlainText.Escape(payload)}\n"));
        output.Flush();
    }

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
