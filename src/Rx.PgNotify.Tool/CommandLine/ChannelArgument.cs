using System.CommandLine;

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
}
