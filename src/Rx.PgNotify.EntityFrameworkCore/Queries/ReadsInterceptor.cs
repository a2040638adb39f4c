using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>Sees every command that a context is about to execute, and books it to the run that the context serves, if any.</summary>
/// <remarks>
/// A service of the extension, so it comes before the interceptors of the context's options: these may replace the text
/// of a command afterwards.
/// </remarks>
sealed class ReadsInterceptor : DbCommandInterceptor
{
    public override InterceptionResult<DbDataReader> ReaderExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Book(command, eventData);
        return result;
    }

    public override InterceptionResult<object> ScalarExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result)
    {
        Book(command, eventData);
        return result;
    }

    public override InterceptionResult<int> NonQueryExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Book(command, eventData);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Book(command, eventData);
        return new(result);
    }

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        Book(command, eventData);
        return new(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Book(command, eventData);
        return new(result);
    }

    static void Book(DbCommand command, CommandEventData eventData)
    {
        if (eventData.Context is { } context && RunReads.TryFind(context, out var reads))
            reads.Add(command.CommandText, eventData.CommandSource);
    }
}
