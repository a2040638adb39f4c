using System.Globalization;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>Dates and times as PostgreSQL shows them, with the values that Npgsql gives for them.</summary>
static class DateTimeText
{
    const string Infinity = "infinity";
    const string NegativeInfinity = "-infinity";

    // JSON has a T, a range a space.
    static readonly string[] s_timestamps = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFF"];

    internal static DateOnly Date(string text) => text switch
    {
        Infinity => DateOnly.MaxValue,
        NegativeInfinity => DateOnly.MinValue,
        _ => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    internal static DateTime Day(string text) => text switch
    {
        Infinity => DateTime.MaxValue,
        NegativeInfinity => DateTime.MinValue,
        _ => DateTime.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    internal static DateTime Timestamp(string text) => text switch
    {
        Infinity => DateTime.MaxValue,
        NegativeInfinity => DateTime.MinValue,
        _ => DateTime.ParseExact(text, s_timestamps, CultureInfo.InvariantCulture, DateTimeStyles.None),
    };

    internal static DateTime Instant(string text) => text switch
    {
        Infinity => DateTime.MaxValue,
        NegativeInfinity => DateTime.MinValue,
        _ => DateTime.SpecifyKind(Utc(text), DateTimeKind.Utc),
    };

    internal static DateTimeOffset InstantOffset(string text) => text switch
    {
        Infinity => DateTimeOffset.MaxValue,
        NegativeInfinity => DateTimeOffset.MinValue,
        _ => new DateTimeOffset(Utc(text), TimeSpan.Zero),
    };

    internal static TimeSpan Time(string text) => text is "24:00:00"
        ? TimeSpan.FromDays(1)
        : TimeOnly.Parse(text, CultureInfo.InvariantCulture).ToTimeSpan();

    /// <summary>On the second day of all, where Npgsql puts it, so that no offset leads before the first.</summary>
    internal static DateTimeOffset TimeOfZone(string text)
    {
        var sign = SignOfOffset(text, from: 0);
        return new DateTimeOffset(DateTime.MinValue.AddDays(1) + Time(text[..sign]), Offset(text[sign..]));
    }

    /// <summary>The style <c>postgres</c>: <c>1 day -02:03:04.5</c>.</summary>
    internal static TimeSpan Interval(string text)
    {
        var (sum, parts) = (TimeSpan.Zero, text.Split(' '));
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Contains(':', StringComparison.Ordinal))
                sum += Clock(parts[i]);
            else
                sum += parts[i + 1] is "day" or "days"
                    ? TimeSpan.FromDays(int.Parse(parts[i++], CultureInfo.InvariantCulture))
                    : throw new InvalidCastException(); // months and years are no TimeSpan, as with Npgsql
        }

        return sum;
    }

    // Hours go beyond 24.
    static TimeSpan Clock(string text)
    {
        var isNegative = text[0] is '-';
        var parts = text.TrimStart('-', '+').Split(':');
        var ticks = (long.Parse(parts[0], CultureInfo.InvariantCulture) * TimeSpan.TicksPerHour)
            + (long.Parse(parts[1], CultureInfo.InvariantCulture) * TimeSpan.TicksPerMinute)
            + (long)(decimal.Parse(parts[2], CultureInfo.InvariantCulture) * TimeSpan.TicksPerSecond);
        return new TimeSpan(isNegative ? -ticks : ticks);
    }

    static DateTime Utc(string text)
    {
        var sign = SignOfOffset(text, from: "yyyy-MM-dd".Length);
        return Timestamp(text[..sign]) - Offset(text[sign..]);
    }

    static int SignOfOffset(string text, int from) =>
        text.IndexOfAny(['+', '-'], from) is var sign and >= 0 ? sign : throw new FormatException();

    // +02, +05:30, and before there were zones +00:53:28.
    static TimeSpan Offset(string text)
    {
        var parts = text[1..].Split(':');
        var seconds = parts.Zip([3600, 60, 1], (part, unit) => int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture) * unit).Sum();
        return TimeSpan.FromSeconds(text[0] is '-' ? -seconds : seconds);
    }
}
