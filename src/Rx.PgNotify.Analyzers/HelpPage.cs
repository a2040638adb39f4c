using System.Reflection;

namespace Rx.PgNotify.Analyzers;

/// <summary>Where a rule is explained.</summary>
static class HelpPage
{
    // Given to the build (RepositoryUrl), or to no link: no address is made up.
    static readonly string? s_repository = typeof(HelpPage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key is "RepositoryUrl")?.Value;

    /// <summary>The address of the rule's section; <see langword="null"/> if the build was given none.</summary>
    internal static string? Of(string id) => In(s_repository, id);

    internal static string? In(string? repository, string id)
    {
        if (string.IsNullOrEmpty(repository))
            return null;
        const string git = ".git";
        var address = repository!.TrimEnd('/');
        if (address.EndsWith(git, StringComparison.Ordinal))
            address = address.Substring(0, address.Length - git.Length);
#pragma warning disable CA1308 // an anchor of a heading
        return $"{address}/blob/main/docs/analyzers.md#{id.ToLowerInvariant()}";
#pragma warning restore CA1308
    }
}
