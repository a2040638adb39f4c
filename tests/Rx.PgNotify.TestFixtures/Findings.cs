using System.Collections.Concurrent;

namespace Rx.PgNotify.TestFixtures;

/// <summary>What broke the contract, and how much was looked at to say so.</summary>
sealed class Findings
{
    const int MostKept = 20;

    readonly ConcurrentQueue<string> _violations = new();
    readonly ConcurrentDictionary<string, long> _counts = new();
    long _violationCount;

    public long ViolationCount => Volatile.Read(ref _violationCount);

    public string Violations => string.Join('\n', _violations);

    public long this[string what] => _counts.GetValueOrDefault(what);

    public void Count(string what, long by = 1) => _counts.AddOrUpdate(what, by, (_, count) => count + by);

    public void Violate(string violation)
    {
        if (Interlocked.Increment(ref _violationCount) <= MostKept)
            _violations.Enqueue(violation);
    }

    public override string ToString() => string.Join(
        ", ", _counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {count.Value}"));
}
