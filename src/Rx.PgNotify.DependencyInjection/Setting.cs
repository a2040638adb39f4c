using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>One option that a section of the configuration may set, read without reflection.</summary>
/// <param name="Name">Of the property, and of the key.</param>
/// <param name="Set">Parses what is under the key, and sets; <see langword="false"/> if it is no such value.</param>
/// <param name="Expected">What the value has to be.</param>
sealed record Setting<TOptions>(string Name, Func<TOptions, IConfigurationSection, bool> Set, string Expected)
{
    /// <summary>Whether the values are those of the children of the key.</summary>
    internal bool IsList { get; private init; }

    internal static Setting<TOptions> Time(string name, Action<TOptions, TimeSpan> set) => One(
        name,
        // A lone number would be days, which nobody means.
        (options, text) => text.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && Apply(options, value, set),
        "a time such as 00:00:10");

    internal static Setting<TOptions> Whole(string name, Action<TOptions, int> set) => One(
        name,
        (options, text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && Apply(options, value, set),
        "a whole number");

    internal static Setting<TOptions> Long(string name, Action<TOptions, long> set) => One(
        name,
        (options, text) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && Apply(options, value, set),
        "a whole number");

    internal static Setting<TOptions> Flag(string name, Action<TOptions, bool> set) => One(
        name, (options, text) => bool.TryParse(text, out var value) && Apply(options, value, set), "true or false");

    internal static Setting<TOptions> Text(string name, Action<TOptions, string> set) => One(
        name, (options, text) => Apply(options, text, set), "a text");

    internal static Setting<TOptions> List(string name, Action<TOptions, IEnumerable<string>> set) => new(
        name,
        // The text of an empty list is empty.
        (options, given) => string.IsNullOrEmpty(given.Value)
            && Apply(options, given.GetChildren().Select(item => item.Value).OfType<string>(), set),
        "a list")
    {
        IsList = true,
    };

    internal bool IsSetBy(IConfigurationSection section) =>
        string.Equals(section.Key, Name, StringComparison.OrdinalIgnoreCase)
        && (section.Value is not null || (IsList && section.GetChildren().Any()));

    static Setting<TOptions> One(string name, Func<TOptions, string, bool> set, string expected) =>
        new(name, (options, given) => set(options, given.Value!), expected);

    static bool Apply<T>(TOptions options, T value, Action<TOptions, T> set)
    {
        set(options, value);
        return true;
    }
}
