namespace Rx.PgNotify.Diagnostics;

/// <summary>What one notifier reports of itself.</summary>
sealed class NotifierMetrics
{
    readonly NotifierInstruments _instruments;
    readonly KeyValuePair<string, object?>[] _tags;
    long _pending;

    internal NotifierMetrics(NotifierInstruments instruments, string? name)
    {
        _instruments = instruments;
        _tags = TagsOf(name);
        Name = name;
        instruments.Add(this);
    }

    internal string? Name { get; }

    internal long Pending => Volatile.Read(ref _pending);

    internal static KeyValuePair<string, object?>[] TagsOf(string? name) =>
        name is null ? [] : [new("pgnotify.notifier.name", name)];

    internal void SendStarted() => Interlocked.Increment(ref _pending);

    internal void SendCompleted() => Interlocked.Decrement(ref _pending);

    internal void Failed(PgNotifierError error) =>
        _instruments.Failed.AddSafely(1, [.. _tags, new("error.type", error.ToString())]);

    internal void Committed(int commits, int notifications)
    {
        if (commits == 0)
            return;
        _instruments.Commits.AddSafely(commits, _tags);
        _instruments.Sent.AddSafely(notifications, _tags);
    }

    internal void Answered(TimeSpan roundTrip) => _instruments.RoundTrips.RecordSafely(roundTrip, _tags);

    internal void Disposed() => _instruments.Remove(this);
}
