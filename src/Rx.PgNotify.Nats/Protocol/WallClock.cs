namespace Rx.PgNotify.Nats.Protocol;

/// <summary>The one clock that two machines share, more or less: only for what is shown to people.</summary>
static class WallClock
{
    /// <summary>In milliseconds since 1970.</summary>
#pragma warning disable RS0030 // it may jump: nothing is decided by it
    internal static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
#pragma warning restore RS0030
}
