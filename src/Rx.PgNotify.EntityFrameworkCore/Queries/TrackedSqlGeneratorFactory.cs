using Microsoft.EntityFrameworkCore.Query;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>Creates the provider's SQL generators, each within one that keeps what its command reads.</summary>
sealed class TrackedSqlGeneratorFactory(IQuerySqlGeneratorFactory factory, QuerySqlGeneratorDependencies dependencies)
    : IQuerySqlGeneratorFactory
{
    public QuerySqlGenerator Create() => new TrackedSqlGenerator(factory.Create(), dependencies);
}
