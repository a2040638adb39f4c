namespace Rx.PgNotify.VirtualTime;

/// <summary>
/// Timelines as text: each character stands for 10 ms from 0 on. <c>-</c> is nothing, <c>|</c> completion, <c>#</c> the
/// error "failed", <c>(ab|)</c> several messages at the same time, anything else a value.
/// </summary>
static class Marbles
{
    const int Frame = 10;

    public static IEnumerable<Recorded<char>> Parse(string marbles)
    {
        var at = 0;
        var inGroup = false;
        foreach (var c in marbles)
        {
            switch (c)
            {
                case '(':
                    inGroup = true;
                    continue;
                case ')':
                    inGroup = false;
                    break;
                case '-':
                    break;
                case '|':
                    yield return Recorded.OnCompleted<char>(at);
                    break;
                case '#':
                    yield return Recorded.OnError<char>(at, new InvalidOperationException("failed"));
                    break;
                default:
                    yield return Recorded.OnNext(at, c);
                    break;
            }

            if (!inGroup)
                at += Frame;
        }
    }
}
