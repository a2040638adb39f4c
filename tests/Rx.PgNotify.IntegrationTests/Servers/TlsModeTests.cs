using System.Runtime.Versioning;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Servers;

/// <summary>Each of Npgsql's ways to ask for encryption, for the listener and the notifier, also after a loss.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win"), UnsupportedOSPlatform("windows")]
public sealed class TlsModeTests
{
    const int FirstWithDirectNegotiation = 17;

    TlsServer _server = null!;

    [OneTimeSetUp]
    public async Task StartServerAsync()
    {
        using var authority = new CertificateAuthority();
        _server = await TlsServer.StartAsync(authority, FirstWithDirectNegotiation);
    }

    [OneTimeTearDown]
    public async Task StopServerAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [TestCase(SslMode.Disable, SslNegotiation.Postgres, false)]
    [TestCase(SslMode.Allow, SslNegotiation.Postgres, false)]
    [TestCase(SslMode.Prefer, SslNegotiation.Postgres, true)]
    [TestCase(SslMode.Require, SslNegotiation.Postgres, true)]
    [TestCase(SslMode.Require, SslNegotiation.Direct, true)]
    [TestCase(SslMode.VerifyCA, SslNegotiation.Postgres, true)]
    [TestCase(SslMode.VerifyFull, SslNegotiation.Postgres, true)]
    [TestCase(SslMode.VerifyFull, SslNegotiation.Direct, true)]
    public async Task AServerWithTls_IsListenedTo(SslMode mode, SslNegotiation negotiation, bool encrypted)
    {
        var application = UniqueChannel.Name();
        var connection = _server.ConnectionString(builder =>
        {
            builder.SslMode = mode;
            builder.SslNegotiation = negotiation;
            builder.ApplicationName = application;
            if (mode is SslMode.VerifyCA)
                builder.Host = "127.0.0.1"; // not in the certificate
            if (mode is not (SslMode.VerifyCA or SslMode.VerifyFull))
                builder.RootCertificate = null;
        });
        await using var listener = new PgListener(connection, new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(20) });
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = channel.Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        Assert.That(await _server.IsEncryptedAsync(application), Is.EqualTo(encrypted));
        await _server.Server.KillBackendsAsync(application);
        await recorder.UntilCountAsync(2);
        await using var notifier = new PgNotifier(connection);
        await notifier.NotifyAsync(channel.Name, "after a loss");
        await recorder.UntilCountAsync(3);

        Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "after a loss" }));
    }

    [TestCase(SslMode.Disable)]
    [TestCase(SslMode.Allow)]
    [TestCase(SslMode.Prefer)]
    public async Task AServerWithoutTls_IsListenedTo_WhereTlsIsNotAskedFor(SslMode mode)
    {
        await using var listener = new PgListener(
            new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { SslMode = mode }.ConnectionString);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        Assert.That(recorder.Error, Is.Null);
    }
}
