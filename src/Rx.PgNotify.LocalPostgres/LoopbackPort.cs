using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>Free TCP ports on loopback, for servers that are stopped and started again.</summary>
/// <remarks>
/// Not what binding to port 0 gives: those lie in the range from which the system takes the ports of outgoing
/// connections. While the server is stopped, one of them could take its port, and a client that keeps trying to connect
/// could even connect to itself.
/// </remarks>
public static class LoopbackPort
{
    const int First = 10_240;

    /// <summary>Picks a port at random that nobody uses at this moment.</summary>
    /// <returns>The port; another process may still take it before it is bound.</returns>
    /// <exception cref="PostgresServerException">None was found.</exception>
    public static int FindFree()
    {
        var end = OutgoingRangeStart();
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, end);
            if (IsFree(port))
                return port;
        }

        throw new PostgresServerException($"No free TCP port between {First} and {end} on 127.0.0.1.");
    }

    internal static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static int OutgoingRangeStart()
    {
        const string linux = "/proc/sys/net/ipv4/ip_local_port_range";
        var start = File.Exists(linux)
            ? int.Parse(File.ReadAllText(linux).Split()[0], CultureInfo.InvariantCulture)
            : 32_768;
        return start > First + 1_000 ? start : 65_536;
    }
}
