using System.Globalization;

namespace Rx.PgNotify.Tool.Output;

/// <summary>A moment, for programs.</summary>
static class Timestamp
{
    /// <summary>Now as ISO 8601, in UTC to the millisecond.</summary>
    internal static string Now(TimeProvider clock) =>
        clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
