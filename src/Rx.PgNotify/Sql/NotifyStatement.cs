using Npgsql;

namespace Rx.PgNotify.Sql;

/// <summary>The statement that sends one notification. Its one row has one column, which is empty.</summary>
static class NotifyStatement
{
    internal const string Text = "SELECT pg_notify($1, $2)";

    internal static void AddParameters(NpgsqlParameterCollection parameters, string channel, string? payload)
    {
        parameters.Add(new NpgsqlParameter<string> { TypedValue = channel });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = payload ?? "" });
    }
}
