using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>One option that a section of the configuration may set, read without reflection.</summary>
/// <param name="Name">Of the property, and of the key.</param>
/// <param name="Set">Parses and sets; <see langword="false"/> if the text is no such value.</param>
/// <param name="Expected">What the text has to be.</param>
sealed record Setting<TOptions>(string Name, Func<TOptions, string, bool> Set, string Expected)
{
    internal static Setting<TOptions> Time(string name, Action<TOptions, TimeSpan> set) => new(
        name,
        // A lone number would be days, which nobody means.
        (options, text) => text.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && Apply(options, value, set),
        "a time such as 00:00:10");

    internal static Setting<TOptions> Whole(string name, Action<TOptions, int> set) => new(
        name,
        (options, text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && Apply(options, value, set),
        "a whole number");

    internal static Setting<TOptions> Long(string name, Action<TOptions, long> set) => new(
        name,
        (options, text) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && Apply(options, value, set),
        "a whole number");

    internal static Setting<TOptions> Flag(string name, Action<TOptions, bool> set) => new(
        name, (options, text) => bool.TryParse(text, out var value) && Apply(options, value, set), "true or false");

    internal static Setting<TOptions> Text(string name, Action<TOptions, string> set) => new(
        name, (options, text) => Apply(options, text, set), "a text");

    internal bool IsSetBy(IConfigurationSection section) =>
        section.Value is not null && string.Equals(section.Key, Name, StringComparison.OrdinalIgnoreCase);

    static bool Apply<T>(TOptions options, T value, Action<TOptions, T> set)
    {
        set(options, value);
        return true;
    }
}
