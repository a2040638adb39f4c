namespace Rx.PgNotify.Tests.Operators;

/// <summary>
/// What must be seen, without a queue: of all that was sent, what waits are the latest, at most as many as the capacity,
/// and what lies between the last that was taken and those is the gap. A batch is a sixteenth of the capacity.
/// </summary>
sealed class IsolateModel<T>(IsolateScript script, Func<T> create, Func<T, string> see, Func<IReadOnlyList<T>, IEnumerable<string>> tell)
{
    readonly List<T> _sent = [];
    readonly List<string> _seen = [];
    readonly Queue<int> _inside = new(script.Inside);
    int _next;
    bool _hasEnded;

    public string Play()
    {
        foreach (var step in script.Steps)
        {
            if (step == 'p')
                _sent.Add(create());
            else
                Deliver();
        }

        _hasEnded = true;
        if (script.End != 'x')
        {
            Deliver();
            _seen.Add($"{script.End}");
        }

        return string.Join(' ', _seen);
    }

    void Deliver()
    {
        while (_next < _sent.Count)
        {
            var oldest = Math.Max(_next, _sent.Count - script.Capacity);
            var gap = _sent[_next..oldest];
            var batch = _sent[oldest..Math.Min(_sent.Count, oldest + Math.Max(1, script.Capacity / 16))];
            _next = oldest + batch.Count;
            if (gap.Count > 0)
            {
                foreach (var told in tell(gap))
                    See(told);
            }

            foreach (var value in batch)
                See(see(value));
        }
    }

    void See(string what)
    {
        _seen.Add(what);
        for (var more = !_hasEnded && _inside.TryDequeue(out var count) ? count : 0; more > 0; more--)
            _sent.Add(create());
    }
}
