using System.Runtime.Versioning;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Servers;

/// <summary>A server that offers TLS, with a certificate for <c>localhost</c>.</summary>
[UnsupportedOSPlatform("windows")]
sealed class TlsServer : IAsyncDisposable
{
    public const string CertifiedHost = "localhost";

    readonly string _authority = Path.GetTempFileName();

    TlsServer(PostgresServer server) => Server = server;

    public PostgresServer Server { get; }

    /// <param name="authority">Issues the server's certificate, and those that clients may have to show.</param>
    /// <param name="major">The server's major version; null for whichever is at hand.</param>
    /// <param name="configure">More than TLS.</param>
    public static async Task<TlsServer> StartAsync(
        CertificateAuthority authority, int? major = null, Action<PostgresServerOptions>? configure = null)
    {
        var options = TestServer.OnThisMachine + configure;
        var tls = new TlsServer(
            major is { } number ? await PostgresTools.StartAsync(number, options) : await TestServer.StartOwnAsync(options));
        await File.WriteAllTextAsync(tls._authority, authority.Pem);
        var (certificate, key) = authority.Issue(CertifiedHost);
        await tls.PlaceAsync("server.crt", certificate);
        await tls.PlaceAsync("server.key", key);
        await tls.PlaceAsync("clients.crt", authority.Pem);
        await tls.Server.ExecuteAsync("alter system set ssl_ca_file = 'clients.crt'");
        await tls.Server.ExecuteAsync("alter system set ssl = on");
        await tls.Server.RestartAsync();
        return tls;
    }

    /// <summary>How to connect, by default with the certificate verified in full.</summary>
    public string ConnectionString(Action<NpgsqlConnectionStringBuilder>? change = null)
    {
        var builder = new NpgsqlConnectionStringBuilder(Server.ConnectionString)
        {
            Host = CertifiedHost,
            SslMode = SslMode.VerifyFull,
            RootCertificate = _authority,
        };
        change?.Invoke(builder);
        return builder.ConnectionString;
    }

    /// <summary>Whether an application's connection is encrypted.</summary>
    public Task<object?> IsEncryptedAsync(string application) => Server.ExecuteAsync(
        $"select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = '{application}'");

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        File.Delete(_authority);
    }

    // The server makes the file, so it belongs to the server's account, which a private key has to.
    async Task PlaceAsync(string name, string content)
    {
        var path = $"{await Server.ExecuteAsync("show data_directory")}/{name}";
        await Server.ExecuteAsync($"copy (select '') to '{path}'");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(path, content);
    }
}
