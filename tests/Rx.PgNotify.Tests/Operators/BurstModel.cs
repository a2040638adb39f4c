namespace Rx.PgNotify.Tests.Operators;

/// <summary>
/// The bursts that must come, by walking through time millisecond by millisecond. At each, what the source sends comes
/// before what falls due.
/// </summary>
static class BurstModel
{
    public static string Bursts(IReadOnlyList<(long At, char Value)> values, int quiet, int maxWait, long endAt, char end)
    {
        var result = new List<string>();
        var open = "";
        long first = 0, last = 0;
        for (long now = 0; now <= endAt; now++)
        {
            foreach (var (_, value) in values.Where(v => v.At == now))
            {
                if (open.Length == 0)
                    first = now;
                open += value;
                last = now;
            }

            if (now == endAt && end == '#')
                return string.Join(' ', result.Append($"{now}:#failed"));
            if (open.Length == 0 || (now != endAt && now - last < quiet && now - first < maxWait))
                continue;
            result.Add($"{now}:{open}");
            open = "";
        }

        return string.Join(' ', result.Append($"{endAt}:|"));
    }
}
