using System.Reactive.Linq;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Servers;

[Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win"), UnsupportedOSPlatform("windows")]
public sealed class TlsTests
{
    readonly string _strange = Path.GetTempFileName();
    TlsServer _server = null!;

    [OneTimeSetUp]
    public async Task StartServerAsync()
    {
        using var stranger = new CertificateAuthority();
        await File.WriteAllTextAsync(_strange, stranger.Pem);
        using var authority = new CertificateAuthority();
        _server = await TlsServer.StartAsync(authority);
    }

    [OneTimeTearDown]
    public async Task StopServerAsync()
    {
        File.Delete(_strange);
        if (_server is not null)
            await _server.DisposeAsync();
    }

    // Bound to the TLS channel, the log-in is SCRAM for certain: no other method can do that.
    [TestCase(ChannelBinding.Disable)]
    [TestCase(ChannelBinding.Require)]
    public async Task WithTheRightAuthorityAndHost_TheListenerWorksOverTls(ChannelBinding binding)
    {
        await using var listener = new PgListener(_server.ConnectionString(builder =>
        {
            builder.ChannelBinding = binding;
            builder.ApplicationName = $"tls {binding}";
        }));
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = channel.Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        await _server.Server.NotifyAsync(channel.Name, "over TLS");
        await recorder.UntilCountAsync(2);

        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "over TLS" }));
        Assert.That(await _server.IsEncryptedAsync($"tls {binding}"), Is.True);
    }

    [TestCase("wrong authority")]
    [TestCase("wrong host name")]
    [TestCase("wrong authority of each of several hosts")]
    public async Task ACertificateThatDoesNotPass_IsAnErrorAndNotTriedAgain(string fault)
    {
        await using var listener = new PgListener(
            fault switch
            {
                "wrong authority" => Verified(TlsServer.CertifiedHost, _strange),
                "wrong host name" => _server.ConnectionString(builder => builder.Host = "127.0.0.1"),
                _ => Verified($"{TlsServer.CertifiedHost},127.0.0.1", _strange),
            },
            new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(1), MaxReconnectDelay = TimeSpan.FromMilliseconds(5) });
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilEndedAsync();

        Assert.That(
            (recorder.Error as PgListenerException)?.Error, Is.EqualTo(PgListenerError.CertificateRefused), recorder.Error?.ToString());
        Assert.That(recorder.Error!.ToString(), Does.Contain(nameof(AuthenticationException)), "the cause is inside");
        Assert.That(recorder.Items, Is.Empty);
        await states.UntilAsync(items => items.OfType<ListenerState.Faulted>().Any(), "the fault should be reported");
        Assert.That(states.Items.OfType<ListenerState.Reconnecting>(), Is.Empty);
    }

    [Test]
    public async Task AMissingRootCertificate_IsARefusedSettingThatNamesTheFile()
    {
        await using var listener = new PgListener(Verified(TlsServer.CertifiedHost, "/no/such/authority.pem"));
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();
        Assert.That((recorder.Error as PgListenerException)?.Error, Is.EqualTo(PgListenerError.SettingsRefused), recorder.Error?.ToString());
        Assert.That(recorder.Error!.Message, Does.Contain("/no/such/authority.pem"));
    }

    [Test]
    public async Task AWrongPasswordOverTls_IsARefusedLogInAndNotARefusedCertificate()
    {
        await using var listener = new PgListener(_server.ConnectionString(builder => builder.Password = "wrong"));
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();
        Assert.That(((PgListenerException)recorder.Error!).Error, Is.EqualTo(PgListenerError.AuthenticationFailed));
    }

    string Verified(string host, string rootCertificate) =>
        _server.ConnectionString(builder => (builder.Host, builder.RootCertificate) = (host, rootCertificate));
}
