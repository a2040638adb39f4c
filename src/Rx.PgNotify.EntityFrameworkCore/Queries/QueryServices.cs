using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Storage;
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
        Decorate<IRelationalCommandBuilderFactory>(services, (builders, _) => new TrackedCommandBuilderFactory(builders));
        Decorate<IQuerySqlGeneratorFactory>(services, (generators, provider) =>
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
                $"The tables that {context.GetType().Name} reads can't be found: call UseChangeNotifications() on its options, after UseNpgsql().");
        }
    }

    static void Decorate<TService>(IServiceCollection services, Func<TService, IServiceProvider, TService> decorate)
        where TService : class
    {
        var service = services.LastOrDefault(descriptor => descriptor.ServiceType == typeof(TService))
            ?? throw new InvalidOperationException("UseChangeNotifications() has to be called after UseNpgsql().");
        services.Remove(service);
        services.Add(ServiceDescriptor.Describe(
            typeof(TService), provider => decorate((TService)Create(service, provider), provider), service.Lifetime));
    }

    static object Create(ServiceDescriptor service, IServiceProvider provider) =>
        service.ImplementationInstance
        ?? service.ImplementationFactory?.Invoke(provider)
        ?? ActivatorUtilities.CreateInstance(provider, service.ImplementationType!);
}
