using System.Globalization;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Spectre.Console;

namespace Rx.PgNotify.Tool.Output;

/// <summary>
/// Notifications, bursts and comments in colours on a terminal, and below them a line with the state and the rate, which
/// each line written takes the place of.
/// </summary>
/// <param name="console">The terminal.</param>
/// <param name="comments">Where comments go instead, if that is somewhere else.</param>
/// <param name="clock">The time of the lines and of the rate.</param>
sealed class TerminalLines(IAnsiConsole console, TextWriter? comments, TimeProvider clock) : IListenOutput
{
    static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(1);
    static readonly Style s_faint = new(Color.Grey);
    static readonly Style s_channel = new(Color.Aqua);
    static readonly Style s_burst = new(Color.Green);
    static readonly Style s_comment = new(Color.Blue);
    static readonly Style s_trouble = new(Color.Yellow);

    string _state = "idle";
    long _total;
    long _counted;
    long _countedAt = clock.GetTimestamp();
    double _rate;

    /// <summary>Passes the events on, writes each and keeps the rate fresh until they end.</summary>
    /// <param name="events">The events, which arrive on the scheduler's only thread.</param>
    /// <param name="thread">That scheduler.</param>
    internal IObservable<ListenEvent> Show(IObservable<ListenEvent> events, IScheduler thread) => Observable.Using(
        () => Observable.Interval(s_refresh, thread).Subscribe(_ => Refresh()),
        _ => events.Do(Write, _ => Erase(), Erase));

    public void Write(ListenEvent item)
    {
        Erase();
        switch (item)
        {
            case ListenEvent.Signal { Value: { IsNotification: true } signal }:
                _total++;
                var sender = signal.Notification.ProcessId.ToString(CultureInfo.InvariantCulture);
                Columns(signal.Notification.Channel, sender, s_faint, signal.Notification.Payload);
                break;
            case ListenEvent.Burst burst:
                _total += burst.Count;
                Columns(burst.Channel, string.Create(CultureInfo.InvariantCulture, $"{burst.Count} in a burst"), s_burst, burst.Latest);
                break;
            default:
                if (item is ListenEvent.State { Value: var state })
                    _state = StateNames.Of(state);
                Comment(CommentText.Of(item)!, item is ListenEvent.State { Value: ListenerState.Reconnecting } ? s_trouble : s_comment);
                break;
        }

        DrawStatus();
    }

    void Refresh()
    {
        _rate = (_total - _counted) / clock.GetElapsedTime(_countedAt).TotalSeconds;
        (_counted, _countedAt) = (_total, clock.GetTimestamp());
        Erase();
        DrawStatus();
    }

    void Columns(string channel, string middle, Style style, string payload) => console.Write(new Paragraph()
        .Append(Now(), s_faint)
        .Append($"  {PlainText.Escape(channel)}", s_channel)
        .Append($"  {middle}  ", style)
        .Append($"{PlainText.Escape(payload)}\n"));

    void Comment(string text, Style style)
    {
        if (comments is null)
            console.Write(new Text($"# {Now()} {text}\n", style));
        else
            comments.WriteLine($"# {Now()} {text}");
    }

    // Short enough for any terminal: a line that was wrapped could not be taken away.
    void DrawStatus() => console.Write(new Text(
        string.Create(CultureInfo.InvariantCulture, $"{_state}, {_rate:#,0} a second, {_total:#,0} in all"), s_faint));

    void Erase() => console.Write(new ControlCode("\r\e[2K"));

    string Now() => clock.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
