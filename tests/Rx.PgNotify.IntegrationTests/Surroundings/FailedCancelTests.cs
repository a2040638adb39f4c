using System.Runtime.Versioning;
using System.Text;
using Rx.PgNotify.IntegrationTests.Servers;

namespace Rx.PgNotify.IntegrationTests.Surroundings;

/// <summary>What Npgsql throws out of a cancel ends neither the process nor the listener: it costs that connection.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win"), UnsupportedOSPlatform("windows")]
public class FailedCancelTests
{
    [Test]
    public async Task AWaitThatCannotBeCancelled_CostsItsConnection_AndNotificationsComeOnTheNext()
    {
        using var authority = new CertificateAuthority();
        await using var tls = await TlsServer.StartAsync(authority);
        var channel = UniqueChannel.Name();
        await using var program = ChildProgram.Start(
            "cancel",
            ("CANCEL_CONNECTION", $"{tls.Server.ConnectionString};SSL Mode=Require;Keepalive=600"),
            ("CANCEL_CHANNEL", channel));
        Assert.That(await program.ReadLineAsync(), Is.EqualTo("closed"));

        var cause = new StringBuilder();
        while (await program.ReadLineAsync() is { } line && line != "end of the cause")
            cause.AppendLine(line);
        Assert.That(cause.ToString(), Does.Contain("could not be cancelled").And.Contain(nameof(ObjectDisposedException)));

        Assert.That(await program.ReadLineAsync(), Is.EqualTo("listening to the second"));
        await tls.Server.ExecuteAsync($"notify {channel}_first, 'one'");
        await tls.Server.ExecuteAsync($"notify {channel}_second, 'two'");
        Assert.That(await program.ReadLineAsync(), Is.EqualTo("first one"));
        Assert.That(await program.ReadLineAsync(), Is.EqualTo("second two"));
    }
}
