namespace Rx.PgNotify.Tool.CommandLine;

static class Usage
{
    /// <summary>Runs what checks its arguments; what it refuses was given on the command line.</summary>
    internal static T Check<T>(Func<T> create)
    {
        try
        {
            return create();
        }
        catch (ArgumentException e)
        {
            throw new UsageException(Sentence(e));
        }
        catch (NotSupportedException e)
        {
            throw new UsageException(e.Message); // Npgsql's, of settings that exclude each other: it names no value
        }
    }

    /// <summary>The message without the name of the parameter, which means nothing to who typed a command.</summary>
    internal static string Sentence(ArgumentException exception) => exception.Message.Split(" (Parameter '")[0];
}
