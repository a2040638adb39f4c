namespace Rx.PgNotify.Tests.Operators;

/// <summary>
/// What must be run and seen, without a queue: of all that was sent, what waits are the latest, at most as many as the
/// capacity. What lies between the last that was taken and those is the gap: of signals Resyncs are run in its place, of
/// other values it is the end. A <c>t</c> in the script is the end of the run under way.
/// </summary>
sealed class SelectAwaitModel<T>(
    IsolateScript script, Func<T> create, Func<T, string> text, Func<IReadOnlyList<T>, IEnumerable<string>>? inPlaceOf)
{
    readonly List<T> _sent = [];
    readonly List<string> _log = [];
    readonly Queue<int> _inside = new(script.Inside);
    readonly Queue<string> _resyncs = new();
    string? _running;
    int _next;
    bool _isOver;

    public string Play()
    {
        foreach (var step in script.Steps)
        {
            if (step == 'p')
                Send(isBusy: _running is not null);
            else
                EndRun();
        }

        if (script.End == '|' && !_isOver)
        {
            _inside.Clear();
            while (_running is not null)
                EndRun();
        }

        if (script.End != 'x' && !_isOver)
            _log.Add($"{script.End}");
        return string.Join(' ', _log);
    }

    void Send(bool isBusy)
    {
        if (_isOver)
            return;
        _sent.Add(create());
        if (!isBusy)
        {
            Start();
        }
        else if (inPlaceOf is null && _sent.Count - _next > script.Capacity)
        {
            _log.Add("#");
            _isOver = true;
        }
    }

    void EndRun()
    {
        if (_running is null || _isOver)
            return;
        _log.Add($"={_running}");
        for (var more = _inside.TryDequeue(out var count) ? count : 0; more > 0; more--)
            Send(isBusy: true);
        _running = null;
        if (!_isOver && _next < _sent.Count)
            Start();
    }

    void Start()
    {
        if (_resyncs.Count == 0)
        {
            var oldest = Math.Max(_next, _sent.Count - script.Capacity);
            var gap = _sent[_next..oldest];
            _next = oldest;
            foreach (var resync in gap.Count > 0 ? inPlaceOf!(gap) : [])
                _resyncs.Enqueue(resync);
        }

        _running = _resyncs.TryDequeue(out var first) ? first : text(_sent[_next++]);
        _log.Add($">{_running}");
    }
}
