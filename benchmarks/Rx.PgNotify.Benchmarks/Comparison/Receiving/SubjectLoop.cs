using System.Reactive.Subjects;
using Npgsql;

namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>A <c>WaitAsync</c> loop whose event handler looks up the channel's <c>Subject</c>: the quick way to do it by hand.</summary>
sealed class SubjectLoop(string connectionString) : WaitLoop(connectionString)
{
    readonly Dictionary<string, Subject<string>> _subjects = [];

    protected override void Attach(NpgsqlConnection connection, IReadOnlyList<string> channels, int subscribers, Tally tally)
    {
        foreach (var channel in channels)
        {
            var subject = new Subject<string>();
            for (var i = 0; i < subscribers; i++)
                subject.Subscribe(tally.Observer<string>());
            _subjects.Add(channel, subject);
        }

        connection.Notification += (_, e) => _subjects[e.Channel].OnNext(e.Payload);
    }

    protected override void Detach() => _subjects.Clear();
}
