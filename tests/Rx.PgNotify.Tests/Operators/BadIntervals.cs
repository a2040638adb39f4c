namespace Rx.PgNotify.Tests.Operators;

static class BadIntervals
{
    public static IEnumerable<TimeSpan> Cases() =>
        [TimeSpan.FromTicks(-1), TimeSpan.MinValue, TimeSpan.FromDays(25), TimeSpan.MaxValue];
}
