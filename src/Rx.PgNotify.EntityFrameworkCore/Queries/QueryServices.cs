using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Rx.PgNotify.EntityFrameworkCore.Registration;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>What live queries need of a context's services, and whether a context has it.</summary>
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

    /// <exception cref="MisuseException">They are missing: nothing that the context reads would be seen.</exception>
    internal static void Require(DbContext context)
    {
        if (context.GetInfrastructure().GetService<DeclarationRewriter>() is null)
        {
            throw new MisuseException(
                $"The tables that {context.GetType().Name} reads can't be found: call UseChangeNotifications() on its options, beside UseNpgsql().");
        }
    }
}
