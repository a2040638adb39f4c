using System.Net.Sockets;
using Npgsql;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>Which failures pass if one waits.</summary>
static class Transience
{
    internal static bool IsLockTimeout(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable };

    /// <summary>Whether it is one of the line, of a server that ends or starts, or of a lock: another attempt may succeed.</summary>
    internal static bool Of(Exception exception) => exception switch
    {
        // 57: an operator's intervention, such as a shutdown, a start that is under way, a cancelled statement.
        PostgresException e => e.IsTransient || e.SqlState.StartsWith("57", StringComparison.Ordinal),
        NpgsqlException or TimeoutException or IOException or SocketException => true,
        _ => false,
    };
}
