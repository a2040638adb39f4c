using System.Diagnostics.Metrics;

namespace Rx.PgNotify.Diagnostics;

/// <summary>Instruments whose listeners' failure is not the library's: what they throw is swallowed.</summary>
static class SafeInstruments
{
    internal static void AddSafely(this Counter<long> counter, long count, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(count, tags);
        }
        catch (Exception)
        {
            // There is nobody left to tell.
        }
    }

    internal static void RecordSafely(this Histogram<double> histogram, TimeSpan time, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            histogram.Record(time.TotalSeconds, tags);
        }
        catch (Exception)
        {
            // As above.
        }
    }
}
