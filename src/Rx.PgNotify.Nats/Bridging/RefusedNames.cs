using System.Diagnostics;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>
/// The names that PostgreSQL has refused, each for as long as the listener may put off the next LISTEN for it: a question for such a name
/// is answered at once, since whatever else is asked for in it would wait too.
/// </summary>
/// <remarks><c>_gate</c> guards the names, and is a leaf.</remarks>
/// <param name="time">The listener's longest delay.</param>
sealed class RefusedNames(TimeSpan time)
{
    // As many as the listener remembers: it puts off no others.
    const int MostNames = 1_000;

    readonly Lock _gate = new();
    readonly Dictionary<string, (string Reason, long Since)> _names = new(StringComparer.Ordinal);

    internal void Add(string name, string reason)
    {
        lock (_gate)
        {
            if (_names.Count >= MostNames)
                _names.Clear();
            _names[name] = (reason, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Why it was refused; <see langword="null"/> if it may be tried.</summary>
    internal string? Find(string name)
    {
        lock (_gate)
        {
            if (!_names.TryGetValue(name, out var refused))
                return null;
            if (Stopwatch.GetElapsedTime(refused.Since) < time)
                return refused.Reason;
            _names.Remove(name);
            return null;
        }
    }
}
