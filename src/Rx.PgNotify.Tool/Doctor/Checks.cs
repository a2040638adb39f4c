namespace Rx.PgNotify.Tool.Doctor;

/// <summary>The names of the checks.</summary>
static class Checks
{
    internal const string Host = "host";
    internal const string Connection = "connection";
    internal const string Encryption = "encryption";
    internal const string Version = "version";
    internal const string Role = "role";
    internal const string Queue = "queue";
    internal const string Path = "path";
    internal const string RoundTrip = "round trip";

    /// <summary>In the order in which they are made. After a problem with one, those that need it are not made.</summary>
    internal static readonly string[] InOrder = [Host, Connection, Encryption, Version, Role, Queue, Path, RoundTrip];
}
