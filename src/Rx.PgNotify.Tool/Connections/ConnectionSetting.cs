namespace Rx.PgNotify.Tool.Connections;

/// <summary>One parameter of a connection, under the name that libpq has for it.</summary>
/// <param name="Source">What a message calls the place where it was given.</param>
/// <param name="Parameter">The name.</param>
/// <param name="Value">The value, which no message repeats.</param>
readonly record struct ConnectionSetting(string Source, string Parameter, string Value);
