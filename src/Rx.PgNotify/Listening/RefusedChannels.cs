using Rx.PgNotify.Connections;

namespace Rx.PgNotify.Listening;

/// <summary>
/// The names that the server has refused, each with a backoff of its own: <c>Retry()</c> on a refused channel must not
/// send a LISTEN for every round trip.
/// </summary>
/// <remarks>Guarded by the lock of <see cref="DesiredChannels"/>.</remarks>
sealed class RefusedChannels(TimeSpan firstDelay, TimeSpan longestDelay)
{
    // Far more than anybody refuses on purpose; it only keeps names made at run time from piling up.
    const int MostNames = 1_000;

    readonly Dictionary<string, (Backoff Backoff, TimeSpan NotBefore)> _names = new(StringComparer.Ordinal);

    internal void Add(string name, TimeSpan now)
    {
        var backoff = _names.TryGetValue(name, out var known) ? known.Backoff : new Backoff(firstDelay, longestDelay);
        if (_names.Count >= MostNames)
            _names.Clear();
        _names[name] = (backoff, now + backoff.Next());
    }

    /// <summary>How long the next LISTEN for this name has to wait.</summary>
    internal TimeSpan Remaining(string name, TimeSpan now) =>
        _names.TryGetValue(name, out var known) && known.NotBefore > now ? known.NotBefore - now : TimeSpan.Zero;

    internal void Forget(string name) => _names.Remove(name);
}
