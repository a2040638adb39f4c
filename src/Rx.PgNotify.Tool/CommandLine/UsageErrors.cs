using System.CommandLine;
using System.CommandLine.Parsing;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.CommandLine;

/// <summary>What is wrong with a command line, without repeating words that may hold a password.</summary>
static class UsageErrors
{
    internal static IReadOnlyList<string> In(ParseResult parsed)
    {
        if (parsed.Action is { ClearsParseErrors: true })
            return [];
        if (Misspelt(parsed).ToArray() is [_, ..] misspelt)
            return [.. misspelt.Select(word => NoOption(parsed.CommandResult.Command, Shown(word)))];
        if (parsed.Errors.Count == 0)
            return [];
        if (parsed.UnmatchedTokens is not [var first, ..])
            return [.. parsed.Errors.Select(error => PlainText.OneLine(error.Message))];
        return parsed.CommandResult.Command is RootCommand
            ? [NoCommand(parsed.CommandResult.Command, Shown(first))]
            : [$"{parsed.CommandResult.Command.Name} got more words than it takes{(parsed.CommandResult.Command.Name is "send" ? "; quote a payload with spaces" : "")}."];
    }

    // System.CommandLine takes an unknown option for an argument. A misspelt --connection would become a channel, and
    // the password after it another.
    static IEnumerable<string> Misspelt(ParseResult parsed)
    {
        var afterDashes = parsed.Tokens
            .SkipWhile(token => token.Type != TokenType.DoubleDash)
            .ToHashSet(ReferenceEqualityComparer.Instance);
        return parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Where(token => !afterDashes.Contains(token))
            .Select(token => token.Value)
            .Concat(parsed.UnmatchedTokens)
            .Where(word => word.Length > 1 && word.StartsWith('-'));
    }

    static string NoCommand(Command root, string word) =>
        $"there is no command '{word}'{DidYouMean(Suggestion.For(word, root.Subcommands.Select(command => command.Name))) ?? "."}";

    static string NoOption(Command command, string word)
    {
        // Of a command that does not connect, and so has no host.
        var meant = word is "-h" ? "--help" : Suggestion.For(word, Options(command));
        return $"there is no option '{word}'{DidYouMean(meant) ?? "; a word that begins with '-' goes after '--'."}";
    }

    static IEnumerable<string> Options(Command command) =>
        from option in command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => option.Recursive))
        where !option.Hidden
        from name in option.Aliases.Prepend(option.Name)
        where name.StartsWith("--", StringComparison.Ordinal)
        select name;

    static string? DidYouMean(string? word) => word is null ? null : $"; did you mean '{word}'?";

    static string Shown(string token) => string.Concat(token.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
}
