using System.Linq.Expressions;
using System.Reflection;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>The methods that declare in a query, as they stand in its tree.</summary>
static class ReadsMethods
{
    internal static readonly MethodInfo OfType = Of(query => query.ReadsTablesOf(typeof(object)));

    internal static readonly MethodInfo OfOwnType = Of(query => query.Reads());

    internal static readonly MethodInfo OfTable = Of(query => query.Reads("table", null));

    internal static readonly MethodInfo OfNothingElse = Of(query => query.ReadsNothingElse());

    static MethodInfo Of(Expression<Func<IQueryable<object>, IQueryable<object>>> call) =>
        ((MethodCallExpression)call.Body).Method.GetGenericMethodDefinition();
}
