using Microsoft.Extensions.Configuration;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>Reads options from a section of the configuration, and names the key of whatever is wrong with them.</summary>
/// <param name="section">Where they may be.</param>
/// <param name="settings">The options that may.</param>
/// <param name="otherKeys">What the section may have besides.</param>
sealed class SectionSettings<TOptions>(IConfiguration? section, IReadOnlyList<Setting<TOptions>> settings, IReadOnlyList<string> otherKeys)
    where TOptions : class, new()
{
    internal void Apply(TOptions options)
    {
        foreach (var (setting, given) in Given())
            setting.Set(options, given);
    }

    internal IEnumerable<string> FindErrors()
    {
        // Into an instance that nobody sees.
        foreach (var (setting, given) in Given())
        {
            if (!setting.Set(new TOptions(), given))
                yield return $"{KeyOf(setting.Name)} must be {setting.Expected}; it is '{given.Value}'.";
        }

        var known = settings.Select(setting => setting.Name).Concat(otherKeys).ToList();
        foreach (var child in section?.GetChildren() ?? [])
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"{KeyOf(child.Key)} is no setting; there are {string.Join(", ", known)}.";
                continue;
            }

            IEnumerable<string?> errors = IsList(child) ? child.GetChildren().Select(FindItemError) : [FindNestingError(child)];
            foreach (var error in errors.OfType<string>())
                yield return error;
        }
    }

    /// <summary>What is wrong with the options as a whole, with the key if it came from the section.</summary>
    internal IEnumerable<string> FindErrors(Action validate)
    {
        string error;
        try
        {
            validate();
            yield break;
        }
        catch (ArgumentException e)
        {
            error = Describe(e);
        }

        yield return error;
    }

    string Describe(ArgumentException e)
    {
        var sentence = e.Message.Split($" (Parameter '{e.ParamName}')")[0];
        var value = e is ArgumentOutOfRangeException { ActualValue: { } actual } ? $"; it is '{actual}'" : "";
        if (e.ParamName is { } option)
        {
            var property = $"{typeof(TOptions).Name}.{option}";
            var isFromSection = Given().Any(given => string.Equals(given.Setting.Name, option, StringComparison.Ordinal));
            var name = isFromSection ? KeyOf(option) : property;
            sentence = sentence.Contains(property, StringComparison.Ordinal)
                ? sentence.Replace(property, name, StringComparison.Ordinal)
                : $"{name}: {sentence}";
        }

        return $"{sentence.TrimEnd('.')}{value}.";
    }

    static string? FindItemError(IConfigurationSection item) =>
        FindNestingError(item) ?? (item.Value is null ? $"{item.Path} has no value." : null);

    static string? FindNestingError(IConfigurationSection single) =>
        single.GetChildren().FirstOrDefault() is { } child ? $"{single.Path} is one value; {child.Path} is no setting." : null;

    bool IsList(IConfigurationSection child) =>
        settings.Any(setting => setting.IsList && string.Equals(setting.Name, child.Key, StringComparison.OrdinalIgnoreCase));

    string KeyOf(string name) => ConfigurationKey.Of(section, name);

    IEnumerable<(Setting<TOptions> Setting, IConfigurationSection Given)> Given() =>
        from child in section?.GetChildren() ?? []
        from setting in settings
        where setting.IsSetBy(child)
        select (setting, child);
}
