using System.Net.Sockets;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Doctor;

/// <summary>Whether something takes connections where the server should be.</summary>
static class HostCheck
{
    const string NoHostAnswers =
        "Check host and port, that the server runs, that its listen_addresses lets this machine in, and that no firewall drops the packets.";

    internal static async Task<Finding> RunAsync(NpgsqlConnectionStringBuilder target, CancellationToken limit)
    {
        var hosts = target.Host!.Split(',');
        var failures = (await Task.WhenAll(hosts.Select(host => FailureOfAsync(host, target.Port, limit)))).OfType<string>().ToArray();
        if (failures is [])
            return new Finding(Checks.Host, Verdict.Ok, $"{Shown(target)} takes connections.");
        var text = string.Join(' ', failures);
        return failures.Length < hosts.Length
            ? new Finding(Checks.Host, Verdict.Warning, $"Not every host takes connections. {text}", "It matters when the primary is to move there.")
            : new Finding(Checks.Host, Verdict.Problem, text, NoHostAnswers);
    }

    static async Task<string?> FailureOfAsync(string host, int port, CancellationToken limit)
    {
        var shown = Shown([host], port);
        try
        {
            if (host.StartsWith('/'))
            {
                using var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await local.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(host, $".s.PGSQL.{port}")), limit).AsTask().WaitAsync(limit);
                return null;
            }

            var named = HostText.Parse(host);
            if (named.PortOr(port) is not { } number)
                return $"{shown} has a port that is no number from 1 to 65535.";
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(named.Name, number, limit).AsTask().WaitAsync(limit);
            return null;
        }
        catch (ArgumentException)
        {
            return $"{shown} is too long, or no name of a host.";
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused)
        {
            return $"{shown} refuses connections: nothing listens there.";
        }
        catch (SocketException e)
        {
            return $"{shown} can't be reached: {PlainText.OneLine(e.Message)}.";
        }
        catch (OperationCanceledException)
        {
            return $"{shown} does not answer.";
        }
    }

    /// <summary>The hosts with their ports.</summary>
    internal static string Shown(NpgsqlConnectionStringBuilder target) => Shown(target.Host!.Split(','), target.Port);

    static string Shown(string[] hosts, int port) => PlainText.OneLine(string.Join(", ", hosts.Select(host =>
        host.StartsWith('/') || HostText.Parse(host).Port is not null ? host : $"{Bracketed(host)}:{port}")));

    static string Bracketed(string host) =>
        host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host;
}
