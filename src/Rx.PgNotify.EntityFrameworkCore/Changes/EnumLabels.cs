using System.Text.Json;
using Microsoft.EntityFrameworkCore.Storage;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>The labels of a PostgreSQL enum that is mapped as such.</summary>
static class EnumLabels
{
    // The mapping shows its labels in literals, 'label'::type, and nowhere else in public.
    internal static Func<JsonElement, object>? Reader(Type type, RelationalTypeMapping mapping)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var value in Enum.GetValues(type).Cast<object>().Distinct())
        {
            var literal = mapping.GenerateSqlLiteral(value);
            var end = literal.LastIndexOf("'::", StringComparison.Ordinal);
            if (end < 1 || literal[0] != '\'')
                return null;
            values[literal[1..end].Replace("''", "'", StringComparison.Ordinal)] = value;
        }

        return json => values[json.GetString()!];
    }
}
