using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rx.PgNotify.TestFixtures;

/// <summary>A certificate authority that nobody trusts who was not given its certificate.</summary>
sealed class CertificateAuthority : IDisposable
{
    readonly X509Certificate2 _root;

    public CertificateAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Rx.PgNotify test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    /// <summary>What a client trusts, in PEM.</summary>
    public string Pem => _root.ExportCertificatePem();

    /// <summary>The same, for a client that takes it as an object, and disposes it.</summary>
    public X509Certificate2 Root => X509Certificate2.CreateFromPem(Pem);

    /// <summary>Makes a server's certificate.</summary>
    /// <param name="address">What clients connect to: a host name or an IP address.</param>
    public (string CertificatePem, string KeyPem) Issue(string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Rx.PgNotify test server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(address, out var ip))
            names.AddIpAddress(ip);
        else
            names.AddDnsName(address);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = Sign(request);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Makes a certificate by which a role logs in.</summary>
    public X509Certificate2 IssueTo(string role)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(new CertificateRequest($"CN={role}", key, HashAlgorithmName.SHA256));
        return certificate.CopyWithPrivateKey(key);
    }

    public void Dispose() => _root.Dispose();

    X509Certificate2 Sign(CertificateRequest request) => request.Create(
        _root, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
}
