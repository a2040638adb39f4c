using System.CommandLine;

namespace Rx.PgNotify.Tool.Completion;

/// <summary><c>pgnotify completion</c>: the script that lets a shell ask this program for the words that may follow.</summary>
static class CompletionCommand
{
    static readonly Dictionary<string, string> s_scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = "pgnotify.bash",
        ["zsh"] = "pgnotify.zsh",
        ["fish"] = "pgnotify.fish",
        ["pwsh"] = "pgnotify.ps1",
    };

    internal static readonly string[] Examples =
    [
        "eval \"$(pgnotify completion bash)\"     # in ~/.bashrc; zsh alike, in ~/.zshrc",
        "pgnotify completion fish | source      # in ~/.config/fish/config.fish",
        "pgnotify completion pwsh | Out-String | Invoke-Expression",
    ];

    internal static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh" };
        shell.AcceptOnlyFromAmong([.. s_scripts.Keys]);
        var command = new Command("completion", "Print the script that completes commands and options in a shell") { shell };
        command.SetAction((parsed, _) => PrintAsync(s_scripts[parsed.GetRequiredValue(shell)]));
        return command;
    }

    static async Task<int> PrintAsync(string script)
    {
        await using var stream = typeof(CompletionCommand).Assembly.GetManifestResourceStream(script)!;
        using var reader = new StreamReader(stream);
        await Console.Out.WriteAsync(await reader.ReadToEndAsync());
        return ExitCode.Success;
    }
}
