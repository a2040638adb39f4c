using System.Globalization;
using DotNet.Testcontainers.Configurations;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.TestPrograms;

/// <summary>The Docker engine that Testcontainers finds: at DOCKER_HOST, or at one of the usual places.</summary>
static class DockerEngine
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("PGNOTIFY_DOCKER_SECONDS"), CultureInfo.InvariantCulture, out var seconds) && seconds > 0 ? seconds : 2);

    static readonly Task<Answer> s_answer = AskAsync();

    /// <summary>Where it is. The first call asks it, and however that ends, it is not asked again.</summary>
    /// <exception cref="SourceUnavailableException">None answers, or not soon.</exception>
    public static async Task<IDockerEndpointAuthenticationConfiguration> FindAsync(CancellationToken cancellationToken)
    {
        var answer = await s_answer.WaitAsync(cancellationToken);
        return answer.Engine ?? throw new SourceUnavailableException(answer.Reason);
    }

    static async Task<Answer> AskAsync()
    {
        // Testcontainers asks in the initializer of a type, without a limit of its own, and an engine that hangs holds
        // the thread that was first to touch that type.
        var asked = Task.Factory.StartNew(
            () => TestcontainersSettings.OS.DockerEndpointAuthConfig, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return new Answer(await asked.WaitAsync(s_patience), $"no Docker engine answers at {Places()}.");
        }
        catch (TimeoutException)
        {
            return new Answer(null, $"the Docker engine at {Places()} did not answer within {s_patience.TotalSeconds} s.");
        }
        catch (Exception e)
        {
            return new Answer(null, $"Testcontainers could not look for a Docker engine: {e.GetBaseException().Message}");
        }
    }

    static string Places() =>
        Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host ? $"{host} (DOCKER_HOST) or the usual sockets" : "the usual sockets";

    sealed record Answer(IDockerEndpointAuthenticationConfiguration? Engine, string Reason);
}
