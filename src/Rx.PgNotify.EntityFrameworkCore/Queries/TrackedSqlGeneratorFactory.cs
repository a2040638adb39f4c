using Microsoft.EntityFrameworkCore.Query;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>Creates the provider's SQL generators, each within one that gives the command what it reads.</summary>
sealed class TrackedSqlGeneratorFactory(IQuerySqlGeneratorFactory factory, QuerySqlGeneratorDependencies dependencies)
    : IQuerySqlGeneratorFactory
{
    public QuerySqlGenerator Create() => new TrackedSqlGenerator(factory.Create(), dependencies);
}
