namespace Rx.PgNotify.Tool.Output;

static class ResyncNames
{
    internal const string Overflow = "overflow";

    internal static IEnumerable<string> Of(ResyncReasons reasons)
    {
        if (reasons.HasFlag(ResyncReasons.Subscribed))
            yield return "subscribed";
        if (reasons.HasFlag(ResyncReasons.Reconnected))
            yield return "reconnected";
        if (reasons.HasFlag(ResyncReasons.Overflow))
            yield return Overflow;
    }
}
