namespace Rx.PgNotify.Tests.Operators;

static class BadTimes
{
    public static IEnumerable<TestCaseData> Cases()
    {
        var second = TimeSpan.FromSeconds(1);
        yield return new(-second, second, "quiet", "quiet must be from zero to 24.20:31:23.6470000");
        yield return new(TimeSpan.FromDays(25), TimeSpan.MaxValue, "quiet", "quiet must be from zero to 24.20:31:23.6470000");
        yield return new(TimeSpan.MinValue, TimeSpan.MinValue, "quiet", "quiet must be from zero");
        yield return new(TimeSpan.Zero, -second, "maxWait", "no shorter than quiet (00:00:00)");
        yield return new(second, second - TimeSpan.FromTicks(1), "maxWait", "maxWait must be zero or more and no shorter than quiet (00:00:01)");
    }
}
