using Microsoft.Extensions.Configuration;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>How a setting of a section is called in the whole configuration.</summary>
static class ConfigurationKey
{
    internal static string Of(IConfiguration? section, string name) =>
        section is IConfigurationSection { Path: var path } ? ConfigurationPath.Combine(path, name) : name;
}
