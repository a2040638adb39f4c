using Spectre.Console;

namespace Rx.PgNotify.Tool.Output;

/// <summary>The standard output as a terminal, if it is one.</summary>
static class Terminal
{
    // Lines are wrapped by the terminal, which then copies them whole.
    const int Unlimited = 1_000_000;

    /// <summary>
    /// Whether colours are shown and lines redrawn: on a terminal, unless <c>NO_COLOR</c> is set to anything or <c>TERM</c>
    /// is <c>dumb</c>.
    /// </summary>
    internal static bool IsRich { get; } = !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"))
        && AnsiConsole.Profile.Capabilities.Ansi;

    /// <summary>Styles are left out where they can't be shown.</summary>
    internal static IAnsiConsole Open(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = IsRich ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = IsRich ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = Unlimited;
        return console;
    }
}
