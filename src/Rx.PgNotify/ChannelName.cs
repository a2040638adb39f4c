using Rx.PgNotify.Sql;

namespace Rx.PgNotify;

/// <summary>What PostgreSQL accepts as a channel: a name.</summary>
static class ChannelName
{
    internal static void Validate(string name, string parameterName) => SqlName.Validate(name, "A channel name", parameterName);
}
