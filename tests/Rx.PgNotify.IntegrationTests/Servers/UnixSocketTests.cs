using System.Runtime.Versioning;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Servers;

[Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win"), UnsupportedOSPlatform("windows")]
public sealed class UnixSocketTests
{
    [Test]
    public async Task AHostThatIsAFolder_IsReachedByItsUnixSocket_AlsoAfterALoss()
    {
        var folder = Directory.CreateTempSubdirectory("rx-socket-");
        // The server's account makes its socket here.
        folder.UnixFileMode |= UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        try
        {
            await using var server = await TestServer.StartOwnAsync(options =>
            {
                TestServer.OnThisMachine(options);
                options.Settings["unix_socket_directories"] = folder.FullName;
            });
            var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = folder.FullName };
            await using var listener = new PgListener(connection.ConnectionString);
            var recorder = new Recorder<ChannelSignal>();
            using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
            await recorder.UntilSubscribedAsync();
            Assert.That(
                await server.ExecuteAsync("select client_port from pg_stat_activity where application_name = 'Rx.PgNotify'"),
                Is.EqualTo(-1), "a socket has no port");
            await server.NotifyAsync("a", "1");
            await recorder.UntilCountAsync(2);

            await server.KillBackendsAsync();
            await recorder.UntilCountAsync(3);
            await server.NotifyAsync("a", "2");
            await recorder.UntilCountAsync(4);

            Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "1", "2" }));
            Assert.That(recorder.Items[2].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
