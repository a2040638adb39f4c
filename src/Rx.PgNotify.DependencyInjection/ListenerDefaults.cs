using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>What a registered listener gets from the container, and from the host, unless it is set already.</summary>
static class ListenerDefaults
{
    /// <typeparam name="TListener">The category of what is logged.</typeparam>
    internal static void Set<TListener>(IServiceProvider services, ListenerOptions options, object? key)
    {
        options.Name ??= key?.ToString();
        options.MeterFactory ??= services.GetService<IMeterFactory>();
        options.LoggerFactory ??= services.GetService<ILoggerFactory>();
        if (!options.StoppingToken.CanBeCanceled && services.GetService<IHostApplicationLifetime>() is { } host)
            options.StoppingToken = host.ApplicationStopping;
        if (options.LoggerFactory?.CreateLogger<TListener>() is { } logger)
            options.ObserverFailed ??= failure => ObserverFailureLog.Write(logger, failure);
    }
}
