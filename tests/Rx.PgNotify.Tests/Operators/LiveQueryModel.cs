namespace Rx.PgNotify.Tests.Operators;

/// <summary>
/// The results that must come, by walking through time millisecond by millisecond. At each, what the source sends comes
/// before what falls due. A result is the number of signals that had come when its query began.
/// </summary>
static class LiveQueryModel
{
    public static string Results(IReadOnlyList<long> signals, int quiet, int maxWait, int duration, long endAt, char end)
    {
        var results = new List<string>();
        var seen = 0;
        long? first = null, last = null, runEnds = null;
        var isDirty = false;
        var hasRun = false;
        var hasEnded = false;
        var resultOfRun = 0;
        for (long now = 0; ; now++)
        {
            foreach (var _ in signals.Where(at => at == now))
            {
                seen++;
                if (runEnds is not null)
                    isDirty = true;
                else if (!hasRun)
                    Run(now);
                else
                {
                    first ??= now;
                    last = now;
                }
            }

            if (now == endAt)
            {
                if (end == '#')
                    return string.Join(' ', results.Append($"{now}:#failed"));
                hasEnded = true;
            }

            while (true)
            {
                if (runEnds is { } ends && ends <= now)
                {
                    results.Add($"{now}:{resultOfRun}");
                    runEnds = null;
                    if (isDirty)
                        first = last = now;
                    isDirty = false;
                }

                if (runEnds is not null)
                    break;
                if (first is { } since && (hasEnded || now - last >= quiet || now - since >= maxWait))
                    Run(now);
                else if (hasEnded)
                    return string.Join(' ', results.Append($"{now}:|"));
                else
                    break;
            }
        }

        void Run(long now)
        {
            hasRun = true;
            first = last = null;
            runEnds = now + duration;
            resultOfRun = seen;
        }
    }
}
