using System.Diagnostics.Metrics;

namespace Rx.PgNotify.Diagnostics;

/// <summary>Instruments whose listeners' failure is not the library's: what they throw is swallowed.</summary>
/// <remarks>A listener that throws when an instrument is published keeps it from being made; it then counts for nobody.</remarks>
static class SafeInstruments
{
    internal static T? CreateSafely<T>(this Meter meter, Func<Meter, T> create)
        where T : Instrument
    {
        try
        {
            return create(meter);
        }
        catch (Exception)
        {
            return null; // there is nobody left to report it to
        }
    }

    internal static void AddSafely(this Counter<long>? counter, long count, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter?.Add(count, tags);
        }
        catch (Exception)
        {
            // There is nobody left to report it to.
        }
    }

    internal static void RecordSafely(this Histogram<double>? histogram, TimeSpan time, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            histogram?.Record(time.TotalSeconds, tags);
        }
        catch (Exception)
        {
            // There is nobody left to report it to.
        }
    }
}
