using System.CommandLine;
using System.CommandLine.Completions;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.CommandLine;

static class ListenFormatOption
{
    internal static Option<ListenFormat?> Create()
    {
        var option = new Option<ListenFormat?>("--format")
        {
            Description = "text for people, raw for the payload alone, json for one object a line, or a template such as '{channel} {payload}' [default: text]",
            HelpName = "text|raw|json|TEMPLATE",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                switch (text.ToUpperInvariant())
                {
                    case "TEXT":
                        return new ListenFormat.Text();
                    case "JSON":
                        return new ListenFormat.Json();
                    case "RAW":
                        return new ListenFormat.Template(LineTemplate.Raw);
                    case var _ when LineTemplate.Matches(text):
                        try
                        {
                            return new ListenFormat.Template(LineTemplate.Parse(text));
                        }
                        catch (FormatException e)
                        {
                            result.AddError($"--format: {e.Message}");
                            return null;
                        }

                    default:
                        result.AddError("--format takes 'text', 'raw', 'json' or a template such as '{channel} {payload}'.");
                        return null;
                }
            },
        };
        option.CompletionSources.Clear();
        option.CompletionSources.Add(_ => [new CompletionItem("text"), new CompletionItem("raw"), new CompletionItem("json")]);
        return option;
    }
}
