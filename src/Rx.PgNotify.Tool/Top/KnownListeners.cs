namespace Rx.PgNotify.Tool.Top;

/// <summary>
/// Remembers which sessions were seen to listen. PostgreSQL reports it of no session but one's own, and the last statement of one
/// that listens and went on to something else no longer says so.
/// </summary>
sealed class KnownListeners
{
    readonly Dictionary<(int ProcessId, double? Began), HashSet<string>> _channels = [];

    /// <summary>Adds what is known to the sessions of a snapshot, and learns from them.</summary>
    internal IReadOnlyList<Session> Mark(IReadOnlyList<Session> sessions)
    {
        var present = sessions.Select(Key).ToHashSet();
        foreach (var gone in _channels.Keys.Where(key => !present.Contains(key)).ToArray())
            _channels.Remove(gone);
        return [.. sessions.Select(Mark)];
    }

    Session Mark(Session session)
    {
        var (key, facts) = (Key(session), session.Facts);
        if (facts.UnlistensAll)
            _channels.Remove(key);
        if (facts.Listens)
            _channels.TryAdd(key, new HashSet<string>(StringComparer.Ordinal));
        if (!_channels.TryGetValue(key, out var channels))
            return session;
        channels.ExceptWith(facts.Unlistened);
        channels.UnionWith(facts.Listened);
        if (channels.Count == 0 && facts.Unlistened.Count > 0 && !facts.Listens)
        {
            _channels.Remove(key);
            return session;
        }

        return session with { Listens = true, Channels = [.. channels.Order(StringComparer.Ordinal)] };
    }

    static (int, double?) Key(Session session) => (session.ProcessId, session.Began);
}
