using System.CommandLine;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.CommandLine;

/// <summary>The argument for channel names, which are checked before anything connects.</summary>
static class ChannelArgument
{
    internal static Argument<T> Create<T>(ArgumentArity arity, string description)
    {
        var argument = new Argument<T>("CHANNEL") { Description = description, Arity = arity };
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                try
                {
                    ChannelName.Validate(token.Value, argument.Name);
                }
                catch (ArgumentException e)
                {
                    result.AddError(Usage.Sentence(e));
                }
            }
        });
        return argument;
    }

    /// <summary>Warns of names that look like the patterns of NATS or Redis.</summary>
    internal static void WarnOfPatterns(IEnumerable<string> channels)
    {
        foreach (var channel in channels.Where(IsPattern).Distinct(StringComparer.Ordinal))
            Console.Error.WriteLine($"pgnotify: warning: '{PlainText.Escape(channel)}' is one channel, of exactly this name: PostgreSQL has no patterns.");
    }

    static bool IsPattern(string channel) =>
        channel.Contains('*', StringComparison.Ordinal) || channel is ">" || channel.EndsWith(".>", StringComparison.Ordinal);
}
