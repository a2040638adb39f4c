using System.Runtime.Versioning;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Servers;

/// <summary>Starts a server with a certificate.</summary>
[UnsupportedOSPlatform("windows")]
static class TlsServer
{
    /// <summary>What the certificate is made out to.</summary>
    public const string Host = "localhost";

    /// <param name="authority">Issues the server's certificate, and those that clients may have to show.</param>
    /// <param name="configure">More than TLS.</param>
    public static async Task<PostgresServer> StartAsync(CertificateAuthority authority, Action<PostgresServerOptions>? configure = null)
    {
        var server = await TestServer.StartOwnAsync(configure);
        var (certificate, key) = authority.Issue(Host);
        await PlaceAsync(server, "server.crt", certificate);
        await PlaceAsync(server, "server.key", key);
        await PlaceAsync(server, "clients.crt", authority.Pem);
        await server.ExecuteAsync("alter system set ssl_ca_file = 'clients.crt'");
        await server.ExecuteAsync("alter system set ssl = on");
        await server.RestartAsync();
        return server;
    }

    // The server makes the file, so it belongs to the server's account, which a private key has to.
    static async Task PlaceAsync(PostgresServer server, string name, string content)
    {
        var path = $"{await server.ExecuteAsync("show data_directory")}/{name}";
        await server.ExecuteAsync($"copy (select '') to '{path}'");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(path, content);
    }
}
