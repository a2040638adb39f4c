using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using Rx.PgNotify.IntegrationTests.Servers;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>The certificates that a data source of the user's was built with count, under <c>VerifyFull</c>.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win"), UnsupportedOSPlatform("windows")]
public sealed class TlsDataSourceTests
{
    const string Certified = "certified";

    readonly CertificateAuthority _authority = new();
    X509Certificate2 _trusted = null!;
    X509Certificate2 _strange = null!;
    X509Certificate2 _own = null!;
    TlsServer _tls = null!;

    public static IEnumerable<TestCaseData<ClientKind, string>> WaysToTrust => Combine(TlsDataSource.WaysToTrust);

    public static IEnumerable<TestCaseData<ClientKind, string>> WaysToShow => Combine(TlsDataSource.WaysToShow);

    PostgresServer Server => _tls.Server;

    [OneTimeSetUp]
    public async Task StartServerAsync()
    {
        using var stranger = new CertificateAuthority();
        (_trusted, _strange, _own) = (_authority.Root, stranger.Root, _authority.IssueTo(Certified));
        _tls = await TlsServer.StartAsync(
            _authority, configure: options => options.AccessRules.Add($"hostssl all {Certified} all scram-sha-256 clientcert=verify-full"));
        await Server.ExecuteAsync($"create role {Certified} login superuser password '{Certified}'");
    }

    [OneTimeTearDown]
    public async Task StopServerAsync()
    {
        await _tls.DisposeAsync();
        foreach (var disposable in (IDisposable[])[_authority, _trusted, _strange, _own])
            disposable.Dispose();
    }

    [TestCaseSource(nameof(WaysToTrust))]
    public async Task WhomTheDataSourceTrusts_IsTrusted(ClientKind kind, string way)
    {
        var application = UniqueChannel.Name();
        await using var dataSource = TlsDataSource
            .Trusting($"{Server.ConnectionString};Application Name={application}", way, _trusted).Build();
        await using var client = Client.Create(kind, dataSource);
        await client.UseAsync(Server.ConnectionString);

        Assert.That(
            await Server.ExecuteAsync($"select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = '{application}'"),
            Is.True);
    }

    [TestCaseSource(nameof(WaysToTrust))]
    public async Task AStrangeAuthority_IsARefusedCertificate_WhoseMessageNamesNothingTheUserDidNotSet(ClientKind kind, string way)
    {
        await using var dataSource = TlsDataSource.Trusting(Server.ConnectionString, way, _strange).Build();
        await using var client = Client.Create(kind, dataSource);
        var failure = await client.FailureAsync(Server.ConnectionString);
        await TestContext.Out.WriteLineAsync(failure.Message);

        if (kind == ClientKind.Listener)
            Assert.That((failure as PgListenerException)?.Error, Is.EqualTo(PgListenerError.CertificateRefused), failure.ToString());
        else
            Assert.That((failure as PgNotifierException)?.Error, Is.EqualTo(PgNotifierError.CannotConnect), failure.ToString());
        Assert.That(failure.Message, Does.Contain("certificate").IgnoreCase);
        if (way == nameof(NpgsqlDataSourceBuilder.UseUserCertificateValidationCallback))
            Assert.That(failure.Message, Does.Contain("callback").IgnoreCase);
        else
            Assert.That(failure.Message, Does.Not.Contain("RemoteCertificateValidationCallback"), "nobody set one");
    }

    [Test]
    public async Task ARootCertificateThatIsMissing_IsASettingThatIsRefused()
    {
        const string missing = "/nowhere/root.pem";
        await using var listener = new PgListener(_tls.ConnectionString(builder => builder.RootCertificate = missing));
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();

        Assert.That((recorder.Error as PgListenerException)?.Error, Is.EqualTo(PgListenerError.SettingsRefused), recorder.Error?.ToString());
        Assert.That(recorder.Error!.Message, Does.Contain(missing));
    }

    [Test]
    public async Task ARootCertificateOfTheConnectionString_IsNamedInTheError([Values] ClientKind kind)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, _strange.ExportCertificatePem());
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(Server.ConnectionString)
            {
                Host = TlsServer.CertifiedHost,
                SslMode = SslMode.VerifyFull,
                RootCertificate = file,
            };
            await using var client = Client.Create(kind, connection.ConnectionString);
            var failure = await client.FailureAsync(Server.ConnectionString);

            Assert.That(failure.Message, Does.Contain("Root Certificate").IgnoreCase);
            Assert.That(failure.Message, Does.Not.Contain("RemoteCertificateValidationCallback"), "nobody set one");
        }
        finally
        {
            File.Delete(file);
        }
    }

    // Npgsql takes one or the other: who validates himself has to validate everything.
    [Test]
    public async Task AValidationCallbackBesideVerifyFull_IsARefusedSettingThatNamesBoth([Values] ClientKind kind)
    {
#pragma warning disable CS0618, CA5359 // see TlsDataSource; and it is never asked
        await using var dataSource = TlsDataSource.Builder(Server.ConnectionString).UseUserCertificateValidationCallback((_, _, _, _) => true).Build();
#pragma warning restore CS0618, CA5359
        await using var client = Client.Create(kind, dataSource);
        var failure = await client.FailureAsync(Server.ConnectionString);

        if (kind == ClientKind.Listener)
            Assert.That((failure as PgListenerException)?.Error, Is.EqualTo(PgListenerError.SettingsRefused), failure.ToString());
        Assert.That(failure.Message, Does.Contain("VerifyFull").And.Contain("ValidationCallback"));
    }

    [TestCaseSource(nameof(WaysToShow))]
    public async Task ACertificateOfTheClient_IsShownToAServerThatAsksForIt(ClientKind kind, string way)
    {
        var connection = new NpgsqlConnectionStringBuilder(Server.ConnectionString) { Username = Certified, Password = Certified };
        await using var dataSource = TlsDataSource
            .Trusting(connection.ConnectionString, nameof(NpgsqlDataSourceBuilder.UseRootCertificate), _trusted)
            .Show(way, _own).Build();
        await using var client = Client.Create(kind, dataSource);
        await client.UseAsync(Server.ConnectionString);

        Assert.That(
            await Server.ExecuteAsync($"select count(*) > 0 from pg_stat_ssl join pg_stat_activity using (pid) where usename = '{Certified}' and client_dn = '/CN={Certified}'"),
            Is.True);
    }

    [Test]
    public async Task WithoutItsCertificate_TheClientIsRefusedByTheServer([Values] ClientKind kind)
    {
        var connection = new NpgsqlConnectionStringBuilder(Server.ConnectionString) { Username = Certified, Password = Certified };
        await using var dataSource = TlsDataSource
            .Trusting(connection.ConnectionString, nameof(NpgsqlDataSourceBuilder.UseRootCertificate), _trusted).Build();
        await using var client = Client.Create(kind, dataSource);
        var failure = await client.FailureAsync(Server.ConnectionString);

        Assert.That(failure.Message, Does.Contain("certificate").IgnoreCase);
        Assert.That(failure.ToString(), Does.Contain(PostgresErrorCodes.InvalidAuthorizationSpecification));
    }

    static IEnumerable<TestCaseData<ClientKind, string>> Combine(IEnumerable<string> ways) =>
        from way in ways
        from kind in Enum.GetValues<ClientKind>()
        select new TestCaseData<ClientKind, string>(kind, way);
}
