namespace Rx.PgNotify.Tests.Operators;

/// <summary>
/// What ThrottleLatest must emit, by walking through time millisecond by millisecond. At each, what the source sends
/// comes before what falls due.
/// </summary>
static class ThrottleModel
{
    public static string Emissions(
        IReadOnlyList<(long At, char Value)> values, int interval, bool leading, long endAt, char end)
    {
        var result = new List<string>();
        long? emittedAt = null, begunAt = null;
        char? waiting = null;
        for (long now = 0; now <= endAt; now++)
        {
            foreach (var (_, value) in values.Where(v => v.At == now))
            {
                var free = now > emittedAt + interval || (now == emittedAt + interval && interval > 0) || emittedAt is null;
                if (waiting is null && free && leading)
                {
                    Emit(now, value);
                    continue;
                }

                if (waiting is null)
                    begunAt = free ? now : emittedAt;
                waiting = value;
            }

            if (now == endAt && end == '#')
                return string.Join(' ', result.Append($"{now}:#failed"));
            if (waiting is { } latest && (now == endAt || now >= begunAt + interval))
                Emit(now, latest);
        }

        return string.Join(' ', result.Append($"{endAt}:|"));

        void Emit(long now, char value)
        {
            result.Add($"{now}:{value}");
            emittedAt = now;
            waiting = null;
        }
    }
}
