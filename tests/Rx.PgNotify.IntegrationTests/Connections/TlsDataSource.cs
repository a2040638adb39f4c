using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using Rx.PgNotify.IntegrationTests.Servers;

namespace Rx.PgNotify.IntegrationTests.Connections;

#pragma warning disable CS0618 // the older methods are used for years to come, and have to count as well

/// <summary>The ways in which a data source is given certificates, by the name of Npgsql's method.</summary>
[UnsupportedOSPlatform("windows")]
static class TlsDataSource
{
    /// <summary>Whom to trust. All but the last go with <c>VerifyFull</c>.</summary>
    public static IEnumerable<string> WaysToTrust =>
    [
        nameof(NpgsqlDataSourceBuilder.UseRootCertificate),
        nameof(NpgsqlDataSourceBuilder.UseRootCertificates),
        nameof(NpgsqlDataSourceBuilder.UseRootCertificateCallback),
        nameof(NpgsqlDataSourceBuilder.UseRootCertificatesCallback),
        nameof(NpgsqlDataSourceBuilder.UseSslClientAuthenticationOptionsCallback),
        nameof(NpgsqlDataSourceBuilder.UseUserCertificateValidationCallback),
    ];

    /// <summary>How to show a certificate of one's own.</summary>
    public static IEnumerable<string> WaysToShow =>
    [
        nameof(NpgsqlDataSourceBuilder.UseClientCertificate),
        nameof(NpgsqlDataSourceBuilder.UseClientCertificates),
        nameof(NpgsqlDataSourceBuilder.UseClientCertificatesCallback),
        nameof(NpgsqlDataSourceBuilder.UseSslClientAuthenticationOptionsCallback),
    ];

    public static NpgsqlDataSourceBuilder Builder(string connectionString, SslMode mode = SslMode.VerifyFull) => new(
        new NpgsqlConnectionStringBuilder(connectionString) { Host = TlsServer.CertifiedHost, SslMode = mode, Pooling = false }.ConnectionString);

    /// <summary>Makes it trust an authority; a validation of one's own replaces <c>VerifyFull</c>.</summary>
    public static NpgsqlDataSourceBuilder Trusting(string connectionString, string way, X509Certificate2 authority)
    {
        var builder = Builder(
            connectionString,
            way == nameof(NpgsqlDataSourceBuilder.UseUserCertificateValidationCallback) ? SslMode.Require : SslMode.VerifyFull);
        return way switch
        {
            nameof(builder.UseRootCertificate) => builder.UseRootCertificate(authority),
            nameof(builder.UseRootCertificates) => builder.UseRootCertificates([authority]),
            nameof(builder.UseRootCertificateCallback) => builder.UseRootCertificateCallback(() => authority),
            nameof(builder.UseRootCertificatesCallback) => builder.UseRootCertificatesCallback(() => [authority]),
            nameof(builder.UseSslClientAuthenticationOptionsCallback) => builder.UseSslClientAuthenticationOptionsCallback(
                options => options.CertificateChainPolicy = TrustOnly(authority)),
            _ => builder.UseUserCertificateValidationCallback((_, certificate, _, errors) =>
                !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && IsIssuedBy(authority, certificate!)),
        };
    }

    public static NpgsqlDataSourceBuilder Show(this NpgsqlDataSourceBuilder builder, string way, X509Certificate2 certificate) => way switch
    {
        nameof(builder.UseClientCertificate) => builder.UseClientCertificate(certificate),
        nameof(builder.UseClientCertificates) => builder.UseClientCertificates([certificate]),
        nameof(builder.UseClientCertificatesCallback) => builder.UseClientCertificatesCallback(certificates => certificates.Add(certificate)),
        _ => builder.UseSslClientAuthenticationOptionsCallback(options => options.ClientCertificates = [certificate]),
    };

    static bool IsIssuedBy(X509Certificate2 authority, X509Certificate certificate)
    {
        using var chain = new X509Chain { ChainPolicy = TrustOnly(authority) };
        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(copy);
    }

    static X509ChainPolicy TrustOnly(X509Certificate2 authority) => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { authority },
    };
}
