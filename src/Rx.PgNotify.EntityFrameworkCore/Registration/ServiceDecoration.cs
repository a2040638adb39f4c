using Microsoft.Extensions.DependencyInjection;

namespace Rx.PgNotify.EntityFrameworkCore.Registration;

/// <summary>Puts a service of the package around the one that is registered, whichever that is.</summary>
static class ServiceDecoration
{
    /// <exception cref="InvalidOperationException">No such service is registered.</exception>
    internal static void Decorate<TService>(this IServiceCollection services, Func<TService, IServiceProvider, TService> decorate)
        where TService : class
    {
        var inner = services.Last(service => service.ServiceType == typeof(TService));
        services[services.IndexOf(inner)] = ServiceDescriptor.Describe(
            typeof(TService), provider => decorate((TService)Create(provider, inner), provider), inner.Lifetime);
    }

    static object Create(IServiceProvider provider, ServiceDescriptor service) =>
        service.ImplementationInstance
        ?? service.ImplementationFactory?.Invoke(provider)
        ?? ActivatorUtilities.CreateInstance(provider, service.ImplementationType!);
}
