using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>Finds what a query reads by having its SQL generated, and nothing sent to the server.</summary>
static class ListForesight
{
    internal static void Foresee(IQueryable query, RunReads reads)
    {
        using var command = AsOneCommand(query).CreateDbCommand();
        // Parameters may be the caller's own.
        command.Parameters.Clear();
        if (TrackedCommand.TryGetReads(command, out var found))
            reads.Add(found);
    }

    // A split query would show the first of its commands only.
    static IQueryable AsOneCommand(IQueryable query) => query.ElementType.IsValueType
        ? query
        : query.Provider.CreateQuery(Expression.Call(
            typeof(RelationalQueryableExtensions), nameof(RelationalQueryableExtensions.AsSingleQuery), [query.ElementType], query.Expression));
}
