using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>Counts the queries that contexts execute.</summary>
sealed class CommandCounter : DbCommandInterceptor
{
    int _count;

    public int Count => Volatile.Read(ref _count);

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _count);
        return new(result);
    }
}
