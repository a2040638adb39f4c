using System.Reactive.Disposables;
using System.Reactive.Linq;
using Npgsql;

namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>A <c>WaitAsync</c> loop whose event is made observable; each subscriber picks its channel with <c>Where</c>.</summary>
sealed class EventPatternLoop(string connectionString) : WaitLoop(connectionString)
{
    readonly CompositeDisposable _subscriptions = [];

    protected override void Attach(NpgsqlConnection connection, IReadOnlyList<string> channels, int subscribers, Tally tally)
    {
        var notifications = Observable.FromEventPattern<NotificationEventHandler, NpgsqlNotificationEventArgs>(
            handler => connection.Notification += handler, handler => connection.Notification -= handler);
        foreach (var channel in channels)
        {
            var payloads = notifications.Where(e => e.EventArgs.Channel == channel).Select(e => e.EventArgs.Payload);
            for (var i = 0; i < subscribers; i++)
                _subscriptions.Add(payloads.Subscribe(tally.Observer<string>()));
        }
    }

    protected override void Detach() => _subscriptions.Clear();
}
