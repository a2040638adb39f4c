using System.Globalization;
using System.Security.Cryptography;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>
/// Distinguishes the trigger of one run from those of applications and of other runs: its channel has a name that nobody else
/// takes, and the names of a trigger and its function follow from the channel.
/// </summary>
/// <param name="Hex">64 random bits.</param>
sealed record WatchId(string Hex)
{
    internal const int Digits = 16;
    internal const string ChannelPrefix = "pgnotify_watch_";

    internal static WatchId New() => new(RandomNumberGenerator.GetHexString(Digits, lowercase: true));

    internal string Channel => ChannelPrefix + Hex;

    /// <summary>The advisory lock whose holder wants the trigger.</summary>
    internal long LockKey => long.Parse(Hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
