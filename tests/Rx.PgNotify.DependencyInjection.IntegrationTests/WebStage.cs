using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.DependencyInjection.IntegrationTests;

/// <summary>A web application on Kestrel with a registered listener, and clients that read what it streams.</summary>
sealed class WebStage : IAsyncDisposable
{
    readonly HttpClient _client = new();
    readonly WebApplication _web;
    readonly ShutdownProbe _probe = new();

    WebStage(Action<IServiceCollection> register, TimeSpan shutdownTimeout)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = shutdownTimeout);
        builder.Services.AddHostedService(_ => _probe);
        register(builder.Services);
        _web = builder.Build();
    }

    public PgListener Listener => _web.Services.GetRequiredService<PgListener>();

    /// <summary>Whether the time to stop had run out before the web server had stopped.</summary>
    public bool? HasTimedOut => _probe.HasTimedOut;

    public Uri Address => new(_web.Urls.Single());

    public static async Task<WebStage> StartAsync(
        Action<IServiceCollection> register, Action<WebApplication> map, TimeSpan? shutdownTimeout = null)
    {
        // Longer than any test may take: none passes because it was over.
        var stage = new WebStage(register, shutdownTimeout ?? 2 * Eventually.Deadline);
        map(stage._web);
        await stage._web.StartAsync();
        return stage;
    }

    /// <summary>The host begins to stop, as by SIGTERM, and its web server goes on serving.</summary>
    public void BeginToStop() => _web.Lifetime.StopApplication();

    public Task StopAsync() => _web.StopAsync();

    /// <summary>What a path streams, once it has begun to.</summary>
    public async Task<StreamReader> OpenAsync(string path)
    {
        var response = await _client.GetAsync(new Uri(Address, path), HttpCompletionOption.ResponseHeadersRead);
        return new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _client.Dispose();
    }
}
