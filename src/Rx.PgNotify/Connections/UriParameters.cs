using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.Connections;

/// <summary>The parameters of libpq that Npgsql has a keyword for.</summary>
/// <remarks>See the PostgreSQL manual, "Parameter Key Words", and Npgsql's "Connection String Parameters".</remarks>
static class UriParameters
{
    static readonly Dictionary<string, Action<NpgsqlConnectionStringBuilder, string>> s_setters = new(StringComparer.Ordinal)
    {
        ["host"] = (b, v) => b.Host = v,
        ["port"] = (b, v) => b.Port = Number(v, 1, 65_535),
        ["dbname"] = (b, v) => b.Database = v,
        ["user"] = (b, v) => b.Username = v,
        ["password"] = (b, v) => b.Password = v,
        ["passfile"] = (b, v) => b.Passfile = v,
        ["application_name"] = (b, v) => b.ApplicationName = v,
        ["connect_timeout"] = (b, v) => b.Timeout = Number(v, 0, 1_024),
        ["options"] = (b, v) => b.Options = v,
        ["target_session_attrs"] = (b, v) => b.TargetSessionAttributes = Choice<TargetSessionAttributes>(v).ToKeyword(),
        ["load_balance_hosts"] = (b, v) => b.LoadBalanceHosts = Choice<LoadBalance>(v) == LoadBalance.Random,
        ["sslmode"] = (b, v) => b.SslMode = Choice<SslMode>(v),
        ["sslnegotiation"] = (b, v) => b.SslNegotiation = Choice<SslNegotiation>(v),
        ["sslrootcert"] = (b, v) => b.RootCertificate = v,
        ["sslcert"] = (b, v) => b.SslCertificate = v,
        ["sslkey"] = (b, v) => b.SslKey = v,
        ["sslpassword"] = (b, v) => b.SslPassword = v,
        ["channel_binding"] = (b, v) => b.ChannelBinding = Choice<ChannelBinding>(v),
        ["gssencmode"] = (b, v) => b.GssEncryptionMode = Choice<GssEncryptionMode>(v),
        ["krbsrvname"] = (b, v) => b.KerberosServiceName = v,
        ["keepalives"] = (b, v) => b.TcpKeepAlive = Number(v, 0, 1) == 1,
        ["keepalives_idle"] = (b, v) => b.TcpKeepAliveTime = Number(v, 0, 86_400),
        ["keepalives_interval"] = (b, v) => b.TcpKeepAliveInterval = Number(v, 0, 86_400),
    };

    enum LoadBalance
    {
        Disable,
        Random,
    }

    internal static bool IsKnown(string name) => s_setters.ContainsKey(name);

    /// <exception cref="FormatException">
    /// The parameter is unknown or its value is not accepted; the message never repeats a value.
    /// </exception>
    internal static void Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        if (!s_setters.TryGetValue(name, out var set))
            throw new FormatException($"the parameter {name} is not known; known are {string.Join(", ", s_setters.Keys)}.");
        try
        {
            set(builder, value);
        }
        catch (FormatException e)
        {
            throw new FormatException($"the parameter {name} {e.Message}.", e);
        }
    }

    static int Number(string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"takes a whole number from {least} to {most}"));

    // Names only: Enum.TryParse would also take a number. libpq's verify-ca is Npgsql's VerifyCA.
    static T Choice<T>(string value)
        where T : struct, Enum =>
        Array.Find(Enum.GetNames<T>(), name => string.Equals(Hyphened(name), value, StringComparison.OrdinalIgnoreCase)) is { } found
            ? Enum.Parse<T>(found)
            : throw new FormatException($"takes one of {string.Join(", ", Enum.GetNames<T>().Select(Hyphened))}");

    static string ToKeyword<T>(this T value)
        where T : struct, Enum => Hyphened(Enum.GetName(value)!);

    static string Hyphened(string name) => string.Concat(
        name.Select((c, i) => char.IsUpper(c) && i > 0 && char.IsLower(name[i - 1]) ? $"-{c}" : $"{c}")).ToLowerInvariant();
}
