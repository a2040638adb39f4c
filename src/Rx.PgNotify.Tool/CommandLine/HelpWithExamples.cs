using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Rx.PgNotify.Tool.CommandLine;

/// <summary>The library's help, and after it a section with examples for each command that has some.</summary>
sealed class HelpWithExamples(HelpAction help, IReadOnlyDictionary<Command, string[]> examples) : SynchronousCommandLineAction
{
    const int UsualWidth = 80;

    public override bool ClearsParseErrors => true;

    internal static void Add(RootCommand root, IReadOnlyDictionary<Command, string[]> examples)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        // They look like payloads and paths.
        option.Aliases.Remove("/?");
        option.Aliases.Remove("/h");
        // As to psql, it is the host.
        option.Aliases.Remove("-h");
        var help = (HelpAction)option.Action!;
        if (Console.IsOutputRedirected)
            help.MaxWidth = UsualWidth;
        option.Action = new HelpWithExamples(help, examples);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = help.Invoke(parseResult);
        if (!examples.TryGetValue(parseResult.CommandResult.Command, out var lines))
            return exitCode;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var line in lines)
            output.WriteLine($"  {line}");
        return exitCode;
    }
}
