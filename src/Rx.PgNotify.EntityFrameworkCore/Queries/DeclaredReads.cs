using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>
/// The tags that declarations in queries become. A tag is what Entity Framework Core itself carries from a query to each
/// of its commands; there it stands as a comment in the SQL.
/// </summary>
/// <remarks>By reference: a tag that somebody wrote himself declares nothing.</remarks>
static class DeclaredReads
{
    static readonly ConditionalWeakTable<string, IReadOnlyCollection<ITable>> s_tags = [];

    internal static string Tag(IReadOnlyCollection<ITable> tables)
    {
        var names = tables.Select(table => SqlNames.Of(table.Schema, table.Name)).Order(StringComparer.Ordinal).DefaultIfEmpty("nothing else");
        var tag = $"Reads {string.Join(", ", names)}"; // a string of its own, unlike a literal
        s_tags.AddOrUpdate(tag, tables);
        return tag;
    }

    internal static bool TryGet(string tag, [NotNullWhen(true)] out IReadOnlyCollection<ITable>? tables) =>
        s_tags.TryGetValue(tag, out tables);
}
