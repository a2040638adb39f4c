using System.Globalization;
using System.Runtime.Versioning;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary><c>listen --exec</c>.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win", Reason = "the commands are those of sh")]
[UnsupportedOSPlatform("windows")]
sealed class ExecTests : ToolTest
{
    const char Interrupt = '\x03';

    [Test]
    public async Task Exec_ForEachNotification_GetsThePayloadAsInputAndInTheEnvironment()
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync(
            channel, """sh -c 'printf "%s|%s|%s|%s|%s\n" "$PGNOTIFY_CHANNEL" "$PGNOTIFY_COUNT" "${PGNOTIFY_PROCESS_ID:+sender}" "$PGNOTIFY_PAYLOAD" "$(cat)"'""", "--count", "3");
        string[] payloads = ["plain", "", "'quoted' \"twice\" $HOME `id` \\ é \U0001F418"];

        await NotifyAsync(channel, payloads);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output, Is.EqualTo(payloads.Select(payload => $"{channel}|1|sender|{payload}|{payload}")));
        Assert.That(tool.Errors, Is.All.StartsWith("# "));
    }

    [Test]
    public async Task Exec_OfAPayloadWithLineBreaks_PassesItExactly()
    {
        var channel = NewChannel();
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "payload");
        await using var tool = await ListenAsync(channel, $"tee \"{file}\"", "--count", "1");

        await NotifyAsync(channel, "one\r\ntwo\n");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(await File.ReadAllTextAsync(file), Is.EqualTo("one\r\ntwo\n"));
    }

    [Test]
    public async Task Exec_OfACommandWithCharactersOfAShell_HasNoShellReadThem()
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync(channel, @"echo $HOME `id` * ; exit 3 | cat > no-such-file && 'a  b' c\ d", "--count", "1");

        await NotifyAsync(channel, "x");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output, Is.EqualTo(new[] { "$HOME `id` * ; exit 3 | cat > no-such-file && a  b c d" }));
    }

    [Test]
    public async Task Exec_OfASlowCommand_RunsOneAtATimeAndLosesNone()
    {
        var channel = NewChannel();
        using var folder = new TemporaryFolder();
        var command = $"""sh -c 'mkdir "{folder.Path}/running" || echo two at a time; sleep 0.05; rmdir "{folder.Path}/running"; echo "$PGNOTIFY_PAYLOAD"'""";
        await using var tool = await ListenAsync(channel, command, "--count", "5");

        await NotifyAsync(channel, "1", "2", "3", "4", "5");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output, Is.EqualTo(new[] { "1", "2", "3", "4", "5" }));
    }

    [Test]
    public async Task Exec_WithCoalesce_RunsOnceForABurst()
    {
        var channel = NewChannel();
        // Quiet for longer than the test may take: what ends the burst is the count.
        await using var tool = await ListenAsync(
            channel, """sh -c 'echo "$PGNOTIFY_COUNT $PGNOTIFY_PAYLOAD ${PGNOTIFY_PROCESS_ID:-none} $(cat)"'""",
            "--coalesce", "60000", "--max-wait", "60000", "--count", "300");

        await using var command = TestServer.DataSource.CreateCommand("SELECT pg_notify($1, i::text) FROM generate_series(1, 300) AS i");
        command.Parameters.AddWithValue(channel);
        await command.ExecuteNonQueryAsync();

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output, Is.EqualTo(new[] { "300 300 none 300" }));
    }

    [Test]
    public async Task Exec_OfACommandThatFails_ShowsItAndGoesOn()
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync(channel, """sh -c 'echo "$PGNOTIFY_PAYLOAD"; exit "$PGNOTIFY_PAYLOAD"'""", "--count", "3");

        await NotifyAsync(channel, "7", "0", "9");

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(tool.Output, Is.EqualTo(new[] { "7", "0", "9" }));
        Assert.That(
            tool.Errors.Where(line => line.Contains("the command", StringComparison.Ordinal)).Select(line => line[15..]),
            Is.EqualTo(new[] { $"{channel}: the command ended with exit code 7", $"{channel}: the command ended with exit code 9" }));
    }

    [Test]
    public async Task Exec_OfACommandThatIsGone_SaysWhyItDidNotStartAndGoesOn()
    {
        var channel = NewChannel();
        using var folder = new TemporaryFolder();
        var program = folder.Write("program", "#!/bin/sh\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var tool = await ListenAsync(channel, program, "--count", "2");
        File.Delete(program);

        await NotifyAsync(channel, "1", "2");

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(
            tool.Errors.Where(line => line.EndsWith($"{channel}: the command can't be started: No such file or directory", StringComparison.Ordinal)).Count(),
            Is.EqualTo(2), tool.ToString());
    }

    [TestCase("no-such-program --help", "no-such-program")]
    [TestCase("/dev/null", "/dev/null")]
    [TestCase("./no/such/program", "./no/such/program")]
    public async Task Exec_OfAProgramThatIsNotThere_IsRefusedAtOnce(string command, string program)
    {
        await using var tool = await ToolProcess.RunAsync(["listen", "c", "--connection", Connection, "--exec", command]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(2));
        Assert.That(tool.Errors[0], Is.EqualTo($"pgnotify: --exec: there is no program '{program}'."));
    }

    [TestCase(ToolProcess.SigInt)]
    [TestCase(ToolProcess.SigTerm)]
    public async Task Exec_OnASignal_EndsWithTheCommandAndStartsNoOther(int signal)
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync(channel, """sh -c 'trap "echo terminated; exit 5" TERM; echo "started $PGNOTIFY_PAYLOAD"; while :; do sleep 0.1; done'""");
        await NotifyAsync(channel, "1", "2");
        await tool.OutputLineAsync(line => line is "started 1");

        tool.Signal(signal);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output, Is.EqualTo(new[] { "started 1", "terminated" }));
        Assert.That(tool.Errors, Has.None.Contains("the command"), "what is ended has not failed");
    }

    [Test]
    public async Task Exec_OnASignal_KillsACommandThatIgnoresIt()
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync(channel, """sh -c 'trap "" TERM INT; echo $$; while :; do sleep 0.1; done'""");
        await NotifyAsync(channel, "x");
        var id = int.Parse(await tool.OutputLineAsync(line => line.Length > 0), CultureInfo.InvariantCulture);

        tool.Signal(ToolProcess.SigTerm);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(Directory.Exists($"/proc/{id}"), Is.False, "the command lives on");
    }

    [Test]
    public async Task Exec_WhenTheTimeIsOver_EndsTheCommand()
    {
        var channel = NewChannel();
        await using var tool = ToolProcess.Start(
            ["listen", channel, "--connection", Connection, "--timeout", "2", "--exec", """sh -c 'echo $$; exec sleep 1000'"""]);
        // Whether the server listens yet or not: the time may be over before it does.
        while (tool.Output is [] && !tool.HasEnded)
            await NotifyAsync(channel, "x");

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(3), tool.ToString());
        if (tool.Output is [var id, ..])
            Assert.That(Directory.Exists($"/proc/{id}"), Is.False, "the command lives on");
    }

    [Test]
    public async Task Exec_OnATerminal_EndsWithTheCommandOnCtrlC()
    {
        var channel = NewChannel();
        await using var terminal = TerminalSession.Start(
            "pgnotify.dll", "listen", channel, "--connection", Connection,
            "--exec", """sh -c 'trap "echo interrupted; exit 5" INT; echo "started $PGNOTIFY_PAYLOAD"; while :; do sleep 0.1; done'""");
        await terminal.UntilAsync(screen => screen.Contains("resync, subscribed", StringComparison.Ordinal), "the server should listen");
        await NotifyAsync(channel, "1", "2");
        await terminal.UntilAsync(screen => screen.Contains("started 1", StringComparison.Ordinal), "the command should run");

        await terminal.TypeAsync(Interrupt);

        Assert.That(await terminal.ExitCodeAsync(), Is.Zero, terminal.Screen);
        Assert.That(terminal.Screen, Does.Contain("interrupted").And.Not.Contain("started 2").And.Not.Contain("the command"));
    }

    static async Task<ToolProcess> ListenAsync(string channel, string command, params string[] options)
    {
        var tool = ToolProcess.Start(["listen", channel, "--connection", Connection, "--exec", command, .. options]);
        await tool.ErrorLineAsync(line => line.EndsWith($"{channel}: resync, subscribed", StringComparison.Ordinal));
        return tool;
    }
}
