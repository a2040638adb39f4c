using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.Query;
using Rx.PgNotify.EntityFrameworkCore.Queries;

namespace Rx.PgNotify.EntityFrameworkCore;

/// <summary>
/// Declares for a live query what can't be found in the query itself: the tables that raw SQL, a view or a function of the
/// database reads, or a policy of row security.
/// </summary>
/// <remarks>
/// A declaration holds for the whole query in which it stands, wherever it stands in it, and says that nothing else is
/// hidden there. It becomes a tag, a comment in the SQL. Outside of live queries it has no effect; a query of another
/// provider is returned as it is.
/// </remarks>
public static class ReadsQueryableExtensions
{
    /// <summary>Declares that the query reads the tables of an entity type: its own, and those of the types that it derives from and that derive from it.</summary>
    /// <param name="source">The query.</param>
    /// <param name="entityType">The CLR type of the entity.</param>
    /// <typeparam name="T">The type of the query's elements.</typeparam>
    /// <returns>The query, to be composed further.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IQueryable<T> ReadsTablesOf<T>(this IQueryable<T> source, [NotParameterized] Type entityType)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(entityType);
        return Append(source, ReadsMethods.OfType, Expression.Constant(entityType, typeof(Type)));
    }

    /// <summary>Declares that the query reads the tables of the entity type that it returns: of raw SQL for that very entity, <c>db.Orders.FromSql(…).Reads()</c>.</summary>
    /// <inheritdoc cref="ReadsTablesOf{T}(IQueryable{T}, Type)"/>
    public static IQueryable<T> Reads<T>(this IQueryable<T> source) => source.ReadsTablesOf(typeof(T));

    /// <summary>Declares that the query reads a table.</summary>
    /// <param name="source">The query.</param>
    /// <param name="table">The table's name, unquoted, of a table of the model.</param>
    /// <param name="schema">Its schema; default: the model's default schema.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="table"/> is <see langword="null"/> or empty.</exception>
    /// <inheritdoc cref="ReadsTablesOf{T}(IQueryable{T}, Type)" path="/*[self::typeparam or self::returns]"/>
    public static IQueryable<T> Reads<T>(
        this IQueryable<T> source, [NotParameterized] string table, [NotParameterized] string? schema = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(table);
        return Append(source, ReadsMethods.OfTable, Expression.Constant(table), Expression.Constant(schema, typeof(string)));
    }

    /// <summary>Declares that raw SQL, views and functions of the query read no table but those that the query itself names.</summary>
    /// <param name="source">The query.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <inheritdoc cref="ReadsTablesOf{T}(IQueryable{T}, Type)" path="/*[self::typeparam or self::returns]"/>
    public static IQueryable<T> ReadsNothingElse<T>(this IQueryable<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Append(source, ReadsMethods.OfNothingElse);
    }

    static IQueryable<T> Append<T>(IQueryable<T> source, System.Reflection.MethodInfo method, params Expression[] arguments) =>
        source.Provider is IAsyncQueryProvider
            ? source.Provider.CreateQuery<T>(Expression.Call(null, method.MakeGenericMethod(typeof(T)), [source.Expression, .. arguments]))
            : source;
}
