using System.Globalization;
using System.Runtime.Versioning;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>The connection as <c>psql</c> is told of it.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
sealed class PsqlConnectionTests : ToolTest
{
    const string Broken = "postgres://h/d?broken=1";

    static string Port => ConnectionParts.Port.ToString(CultureInfo.InvariantCulture);

    static (string, string) Password => ("PGPASSWORD", ConnectionParts.Password!);

    static (string, string)[] Variables =>
    [
        ("PGHOST", ConnectionParts.Host!), ("PGPORT", Port), ("PGUSER", ConnectionParts.Username!),
        ("PGDATABASE", ConnectionParts.Database ?? ConnectionParts.Username!),
    ];

    [Test]
    public async Task TheVariablesOfLibpq_AreTheConnectionWhenNothingElseIsGiven()
    {
        var channel = NewChannel();
        await using var listener = ToolProcess.Start(["listen", channel, "--format", "json", "--count", "1"], [.. Variables, Password]);
        await listener.OutputLineAsync(line => Json.IsSubscribed(line, channel));

        await using var sender = await ToolProcess.RunAsync(["send", channel, "x"], [.. Variables, Password]);

        Assert.That(await sender.ExitCodeAsync(), Is.Zero, sender.ToString());
        Assert.That(await listener.ExitCodeAsync(), Is.Zero, listener.ToString());
    }

    [Test]
    public async Task TheVariablesOfLibpq_OnATerminal_AreTheConnection()
    {
        var settings = Variables.Append(Password).Select(item => $"{item.Item1}={item.Item2}").ToArray();
        if (settings.Any(setting => setting.Count(c => c == '=') > 1))
            Assert.Ignore("A value of this server's connection has an '='.");
        await using var terminal = TerminalSession.Start("pgnotify.dll", settings, "send", NewChannel(), "x");

        Assert.That(await terminal.ExitCodeAsync(), Is.Zero, terminal.Screen);
    }

    [TestCase("--connection")]
    [TestCase("PGNOTIFY_CONNECTION")]
    [TestCase("DATABASE_URL")]
    public async Task TheVariablesOfLibpq_ComeAfterEverythingElse(string place)
    {
        (string, string)[] broken = [("PGHOST", "no-such-host.invalid"), ("PGPORT", "nonsense"), ("PGSERVICE", "none")];

        await using var tool = place is "--connection"
            ? await ToolProcess.RunAsync(["send", "c", "x", place, Uri], broken)
            : await ToolProcess.RunAsync(["send", "c", "x"], [.. broken, (place, Uri)]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
    }

    [Test]
    public async Task TheOptionsOfPsql_ComeBeforeEverything([Values("short", "long", "glued")] string form)
    {
        var parts = ConnectionParts;
        var (host, user, database) = (parts.Host!, parts.Username!, parts.Database ?? parts.Username!);
        string[] options = form switch
        {
            "short" => ["-h", host, "-p", Port, "-U", user, "-d", database],
            "long" => [$"--host={host}", $"--port={Port}", $"--username={user}", $"--dbname={database}"],
            _ => [$"-h{host}", $"-p{Port}", $"-U{user}", $"-d{database}"],
        };

        await using var tool = await ToolProcess.RunAsync(
            ["send", "c", "x", .. options],
            [Password, ("PGNOTIFY_CONNECTION", Broken), ("DATABASE_URL", Broken), ("PGHOST", "no-such-host.invalid"), ("PGPORT", "1")]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
    }

    [Test]
    public async Task TheDatabaseOfPsql_MayBeAUri()
    {
        await using var tool = await ToolProcess.RunAsync(["send", "c", "x", "-d", Uri], ("PGHOST", "no-such-host.invalid"));

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
    }

    [Test]
    public async Task TheHostOfPsql_IsTheHost()
    {
        await using var tool = await ToolProcess.RunAsync(["send", "c", "x", "-h", "127.0.0.1", "-p", "1", "-U", "u"]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(tool.Output, Is.Empty, "this is no help");
        Assert.That(tool.Errors, Has.Count.EqualTo(1).And.All.Contains("127.0.0.1:1"));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "modes of files")]
    [UnsupportedOSPlatform("windows")]
    public async Task APasswordFile_GivesThePassword()
    {
        var parts = ConnectionParts;
        using var folder = new TemporaryFolder();
        var file = folder.Write("pgpass", $"*:{Port}:*:{parts.Username}:{parts.Password!.Replace("\\", "\\\\").Replace(":", "\\:")}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await using var tool = await ToolProcess.RunAsync(["send", "c", "x"], [.. Variables, ("PGPASSFILE", file)]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "the home folder has another name")]
    public async Task AService_IsFoundAsLibpqFindsIt([Values("PGSERVICEFILE", "HOME", "PGSYSCONFDIR")] string place)
    {
        var parts = ConnectionParts;
        using var folder = new TemporaryFolder();
        var file = folder.Write(
            place switch { "HOME" => ".pg_service.conf", "PGSYSCONFDIR" => "pg_service.conf", _ => "services" },
            $"""
            # services
            [other]
            host=no-such-host.invalid

            [shop]
            host={parts.Host}
            port={Port}
            user={parts.Username}
            password={parts.Password}
            dbname={parts.Database ?? parts.Username}

            """);
        (string, string)[] variables = place is "PGSERVICEFILE" ? [(place, file)] : [("HOME", folder.Path), (place, folder.Path)];

        // What a service says counts before the variables.
        await using var tool = await ToolProcess.RunAsync(["send", "c", "x"], [.. variables, ("PGSERVICE", "shop"), ("PGHOST", "no-such-host.invalid")]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
    }

    [Test]
    public async Task AModeOfTls_IsThatOfTheVariable()
    {
        await using var tool = await ToolProcess.RunAsync(["send", "c", "x"], [.. Variables, Password, ("PGSSLMODE", "sometimes")]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(2));
        Assert.That(tool.Errors[0], Does.StartWith("pgnotify: PGSSLMODE: the parameter sslmode takes one of disable, allow, prefer"));
    }
}
