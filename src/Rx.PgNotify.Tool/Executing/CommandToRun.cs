using System.Diagnostics;
using System.Globalization;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Executing;

/// <summary>A program with its arguments, as <c>--exec</c> names it. No shell is in between, unless it is the program.</summary>
sealed class CommandToRun
{
    readonly string _program;
    readonly IReadOnlyList<string> _arguments;

    CommandToRun(string program, IReadOnlyList<string> arguments) => (_program, _arguments) = (program, arguments);

    /// <exception cref="UsageException">The text is no command, or there is no such program.</exception>
    internal static CommandToRun Parse(string text)
    {
        try
        {
            if (CommandWords.Split(text) is not [var program, .. var arguments])
                throw new UsageException("--exec takes a command.");
            return ProgramFile.Find(program) is { } path
                ? new CommandToRun(path, arguments)
                : throw new UsageException($"--exec: there is no program '{PlainText.Escape(program)}'.");
        }
        catch (FormatException e)
        {
            throw new UsageException($"--exec: {e.Message}");
        }
    }

    /// <summary>How to start it: it gets the payload on its standard input, and writes where this program does.</summary>
    internal ProcessStartInfo StartInfo(Arrival arrival)
    {
        var start = new ProcessStartInfo(_program, _arguments) { UseShellExecute = false, RedirectStandardInput = true };
        start.Environment["PGNOTIFY_CHANNEL"] = arrival.Channel;
        start.Environment["PGNOTIFY_PAYLOAD"] = arrival.Payload;
        start.Environment["PGNOTIFY_COUNT"] = arrival.Count.ToString(CultureInfo.InvariantCulture);
        if (arrival.ProcessId is { } processId)
            start.Environment["PGNOTIFY_PROCESS_ID"] = processId.ToString(CultureInfo.InvariantCulture);
        return start;
    }
}
