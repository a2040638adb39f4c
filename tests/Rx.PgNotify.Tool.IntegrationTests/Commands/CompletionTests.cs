using System.Diagnostics;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest, Parallelizable(ParallelScope.All)]
sealed class CompletionTests
{
    // What bash does at the Tab key, with the program under the name that the script knows.
    const string PressTab = """
        pgnotify() { "$DOTNET" "$PROGRAM" "$@"; }
        eval "$(pgnotify completion bash)"
        read -ra COMP_WORDS <<<"$LINE"
        if [[ $LINE == *' ' ]]; then COMP_WORDS+=(''); fi
        COMP_LINE=$LINE COMP_POINT=${#LINE} COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        $(complete -p pgnotify | sed 's/.*-F \([^ ]*\).*/\1/')
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    [TestCase("pgnotify li", "listen")]
    [TestCase("pgnotify d", "demo,doctor")]
    [TestCase("pgnotify b", "bridge")]
    [TestCase("pgnotify bridge orders --", "--connection,--creds,--dbname,--heartbeat,--host,--listed-only,--nats,--port,--prefix,--username")]
    [TestCase("pgnotify w", "watch")]
    [TestCase("pgnotify t", "top,trigger")]
    [TestCase("pgnotify watch orders --", "--columns,--connection,--count,--dbname,--format,--host,--key,--keys-only,--port,--schema,--username,--web,--web-port")]
    [TestCase("pgnotify top --", "--connection,--dbname,--format,--host,--interval,--once,--port,--username")]
    [TestCase("pgnotify top --format ", "json,text")]
    [TestCase("pgnotify listen orders --n", "--nats,--null")]
    [TestCase("pgnotify listen orders --c", "--coalesce,--connection,--count,--creds")]
    [TestCase("pgnotify listen orders --e", "--exec")]
    [TestCase("pgnotify listen orders --t", "--timeout")]
    [TestCase("pgnotify listen orders -", "--coalesce,--connection,--count,--creds,--dbname,--exec,--format,--host,--max-wait,--nats,--null,--port,--prefix,--timeout,--username,-0,-U,-d,-h,-p")]
    [TestCase("pgnotify send orders x --r", "--rate,--repeat")]
    [TestCase("pgnotify send orders x --e", "--every")]
    [TestCase("pgnotify doctor -", "--connection,--dbname,--format,--host,--port,--timeout,--username,-U,-d,-h,-p")]
    [TestCase("pgnotify listen orders --format ", "json,raw,text")]
    [TestCase("pgnotify doctor --format ", "json,text")]
    [TestCase("pgnotify listen orders --format j", "json")]
    [TestCase("pgnotify completion ", "bash,fish,pwsh,zsh")]
    [TestCase("pgnotify xyz", "")]
    public async Task Bash_AtTheTabKey_OffersWhatMayFollow(string line, string offers)
    {
        const string bash = "/bin/bash";
        if (!File.Exists(bash))
            Assert.Ignore($"{bash} is not on this machine.");
        var start = new ProcessStartInfo(bash, ["--norc", "-c", PressTab]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET"] = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        start.Environment["PROGRAM"] = Path.Combine(AppContext.BaseDirectory, "pgnotify.dll");
        start.Environment["LINE"] = line;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(ToolProcess.Deadline);
        await process.WaitForExitAsync().WaitAsync(ToolProcess.Deadline);

        Assert.That(await errors, Is.Empty);
        var words = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(word => !word.StartsWith("-?", StringComparison.Ordinal) && word is not "--help");
        Assert.That(words.Order(StringComparer.Ordinal), Is.EqualTo(offers.Split(',', StringSplitOptions.RemoveEmptyEntries)));
    }

    [TestCase("bash", "complete -F")]
    [TestCase("zsh", "compdef")]
    [TestCase("fish", "complete --command pgnotify")]
    [TestCase("pwsh", "Register-ArgumentCompleter")]
    public async Task Completion_ForAShell_IsAScriptThatAsksThisProgram(string shell, string part)
    {
        await using var tool = await ToolProcess.RunAsync(["completion", shell]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(string.Join('\n', tool.Output), Does.Contain(part).And.Contain("[suggest:"));
    }
}
