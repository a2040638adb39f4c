namespace Rx.PgNotify.Sql;

/// <summary>What PostgreSQL takes for the name of anything, a channel among them: 1 to 63 bytes (NAMEDATALEN − 1).</summary>
static class SqlName
{
    internal const int MaxBytes = 63;

    /// <summary>Throws unless <paramref name="name"/> can be a name.</summary>
    /// <remarks>
    /// Bytes, not characters, are counted: the server silently cuts a longer name, so that LISTEN and pg_notify would
    /// mean different channels.
    /// </remarks>
    internal static void Validate(string name, string whatItIs, string parameterName, int maxBytes = MaxBytes)
    {
        ArgumentNullException.ThrowIfNull(name, parameterName);
        if (name.Length == 0)
            throw new ArgumentException($"{whatItIs} has 1 to {maxBytes} bytes of UTF-8; this one is empty.", parameterName);
        if (name.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"{whatItIs} can't contain the character NUL (U+0000).", parameterName);
        var bytes = SqlText.CountBytes(name, whatItIs, parameterName);
        if (bytes > maxBytes)
            throw new ArgumentException($"{whatItIs} has 1 to {maxBytes} bytes of UTF-8; this one has {bytes}.", parameterName);
    }

    /// <summary>The name as a quoted identifier, safe in any statement.</summary>
    internal static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
