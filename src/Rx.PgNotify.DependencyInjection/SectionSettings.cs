using Microsoft.Extensions.Configuration;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>Reads options from a section of the configuration, and names the key of whatever is wrong with them.</summary>
sealed class SectionSettings<TOptions>(IConfiguration? section, IReadOnlyList<Setting<TOptions>> settings)
    where TOptions : class, new()
{
    internal void Apply(TOptions options)
    {
        foreach (var (setting, value) in Given())
            setting.Set(options, value);
    }

    internal IEnumerable<string> FindErrors()
    {
        // Into an instance that nobody sees.
        foreach (var (setting, value) in Given())
        {
            if (!setting.Set(new TOptions(), value))
                yield return $"{KeyOf(setting.Name)} must be {setting.Expected}; it is '{value}'.";
        }

        var known = settings.Select(setting => setting.Name).Concat(ConnectionChoice.Keys).ToList();
        foreach (var child in section?.GetChildren() ?? [])
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                yield return $"{KeyOf(child.Key)} is no setting; there are {string.Join(", ", known)}.";
            else if (child.GetChildren().FirstOrDefault() is { } grandchild)
                yield return $"{KeyOf(child.Key)} is one value; {grandchild.Path} is no setting.";
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
        var isFromSection = Given().Any(given => string.Equals(given.Setting.Name, e.ParamName, StringComparison.Ordinal));
        if (isFromSection)
            sentence = sentence.Replace($"{typeof(TOptions).Name}.{e.ParamName}", KeyOf(e.ParamName!), StringComparison.Ordinal);
        return $"{sentence.TrimEnd('.')}{value}.";
    }

    string KeyOf(string name) => ConfigurationKey.Of(section, name);

    IEnumerable<(Setting<TOptions> Setting, string Value)> Given() =>
        from child in section?.GetChildren() ?? []
        from setting in settings
        where setting.IsSetBy(child)
        select (setting, child.Value!);
}
