using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.DependencyInjection;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>What live queries need of a context's services, and whether a context has it.</summary>
static class QueryServices
{
    /// <summary>
    /// To be called with the provider's services already there. Entity Framework Core may call it a second time, with a
    /// collection of its own in which services were replaced.
    /// </summary>
    /// <exception cref="InvalidOperationException">The provider's services are not there yet.</exception>
    internal static void Add(IServiceCollection services)
    {
        var generators = services.LastOrDefault(service => service.ServiceType == typeof(IQuerySqlGeneratorFactory))
            ?? throw new InvalidOperationException("UseChangeNotifications() has to be called after UseNpgsql().");
        services.Remove(generators);
        services.Add(ServiceDescriptor.Describe(
            typeof(IQuerySqlGeneratorFactory),
            provider => new TrackedSqlGeneratorFactory(
                Create(generators, provider), provider.GetRequiredService<QuerySqlGeneratorDependencies>()),
            generators.Lifetime));
        services.AddSingleton<ReadsInterceptor>();
        services.AddSingleton<IInterceptor>(provider => provider.GetRequiredService<ReadsInterceptor>());
        services.AddSingleton<IInterceptor, DeclarationRewriter>();
    }

    /// <exception cref="MisuseException">They are missing: nothing that the context reads would be seen.</exception>
    internal static void Require(DbContext context)
    {
        if (context.GetInfrastructure().GetService<ReadsInterceptor>() is null)
        {
            throw new MisuseException(
                $"The tables that {context.GetType().Name} reads can't be found: call UseChangeNotifications() on its options, after UseNpgsql().");
        }
    }

    static IQuerySqlGeneratorFactory Create(ServiceDescriptor service, IServiceProvider provider) => (IQuerySqlGeneratorFactory)(
        service.ImplementationInstance
        ?? service.ImplementationFactory?.Invoke(provider)
        ?? ActivatorUtilities.CreateInstance(provider, service.ImplementationType!));
}
