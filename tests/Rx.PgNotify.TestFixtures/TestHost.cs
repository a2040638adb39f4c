using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.TestFixtures;

/// <summary>A host with nothing in it but what a test adds, and everything that it logs.</summary>
static class TestHost
{
    public static IHost Build(
        Action<HostApplicationBuilder> configure, LogRecorder? log = null, params (string Key, string? Value)[] configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        foreach (var (key, value) in configuration)
            builder.Configuration[key] = value;
        if (log is not null)
            builder.Services.AddSingleton<ILoggerFactory>(log);
        configure(builder);
        return builder.Build();
    }
}
