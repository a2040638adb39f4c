using System.CommandLine;
using System.Globalization;

namespace Rx.PgNotify.Tool.CommandLine;

static class NumberOption
{
    /// <summary>An option that takes a whole number within bounds, both included.</summary>
    internal static Option<int?> Create(string name, string helpName, int least, int most, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= most)
                return number;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number from {least} to {most}."));
            return null;
        },
    };
}
