using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Rx.PgNotify.EntityFrameworkCore.Queries;

namespace Rx.PgNotify.EntityFrameworkCore.Registration;

/// <summary>What live queries need of a context's services.</summary>
static class QueryServices
{
    /// <summary>
    /// To be called with the provider's services already there. Entity Framework Core may call it a second time, with a
    /// collection of its own in which services were replaced.
    /// </summary>
    internal static void Add(IServiceCollection services)
    {
        services.Decorate<IRelationalCommandBuilderFactory>((builders, _) => new TrackedCommandBuilderFactory(builders));
        services.Decorate<IQuerySqlGeneratorFactory>((generators, provider) =>
            new TrackedSqlGeneratorFactory(generators, provider.GetRequiredService<QuerySqlGeneratorDependencies>()));
        services.AddSingleton<DeclarationRewriter>();
        services.AddSingleton<IInterceptor>(provider => provider.GetRequiredService<DeclarationRewriter>());
    }
}
