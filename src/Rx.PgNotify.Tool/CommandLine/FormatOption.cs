using System.CommandLine;
using System.CommandLine.Completions;

namespace Rx.PgNotify.Tool.CommandLine;

static class FormatOption
{
    internal static Option<OutputFormat> Create()
    {
        var option = new Option<OutputFormat>("--format")
        {
            Description = "text for people, json for programs: one object a line [default: text]",
            HelpName = "text|json",
            CustomParser = result =>
            {
                switch (result.Tokens[0].Value.ToUpperInvariant())
                {
                    case "TEXT":
                        return OutputFormat.Text;
                    case "JSON":
                        return OutputFormat.Json;
                    default:
                        result.AddError("--format takes 'text' or 'json'.");
                        return default;
                }
            },
        };
        option.CompletionSources.Clear();
        option.CompletionSources.Add(_ => [new CompletionItem("text"), new CompletionItem("json")]);
        return option;
    }
}
