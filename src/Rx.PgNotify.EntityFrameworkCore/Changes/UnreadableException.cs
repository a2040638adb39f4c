namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>A value that could not be read. Names where it belongs, and neither quotes it nor keeps an exception that might.</summary>
sealed class UnreadableException : Exception
{
    UnreadableException(string message)
        : base(message)
    {
    }

    /// <param name="column">The column, or the property of a JSON document.</param>
    /// <param name="cause">Of which only the type is named.</param>
    internal static UnreadableException Of(string column, Exception cause) => cause is UnreadableException inner
        ? new UnreadableException($"'{column}': {inner.Message}")
        : new UnreadableException($"'{column}' cannot be read by the model: {cause.GetType().Name}.");

    internal static UnreadableException Missing(string column) => new($"'{column}' is missing.");

    internal static UnreadableException Null(string column) => new($"'{column}' is null, and the model says that it never is.");

    internal static UnreadableException UnknownType(string column) => new($"'{column}' names no type of the model.");
}
