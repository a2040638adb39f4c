using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats;

/// <summary>
/// How a <see cref="PgNatsBridge"/> behaves. Its constructor validates and copies the options: a change made afterwards has no effect.
/// </summary>
public sealed class PgNatsBridgeOptions
{
    // Receivers ask again for what they want so often, and a bridge forgets what was not asked for several times.
    internal const int HeartbeatsBetweenAsks = 3;
    const int LeastLingerHeartbeats = 2 * HeartbeatsBetweenAsks;

    // So long after PostgreSQL was last sent a command that it has answered, the bridge at work is silent and gives up its session.
    internal const int HeartbeatsWithoutAnswer = 2;

    static readonly TimeSpan s_longestListenerDelay = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What the subjects begin with: a bridge and its receivers have the same one, each database another one. Default <c>pgnotify</c>;
    /// 1 to 100 characters: letters, digits, hyphens and underscores, with single dots between them.
    /// </summary>
    public string SubjectPrefix { get; set; } = "pgnotify";

    /// <summary>
    /// The channels that are listened to as long as the bridge is at work. Default none: receivers ask for what they want. Each is 1 to 63
    /// bytes of UTF-8.
    /// </summary>
    public IList<string> Channels { get; set; } = [];

    /// <summary>
    /// Whether receivers get no other channels than <see cref="Channels"/>: what else they ask for is refused. Default
    /// <see langword="false"/>.
    /// </summary>
    public bool ListedOnly { get; set; }

    /// <summary>
    /// How many channels receivers may have asked for at a time; beyond that a channel is refused. Default 10,000; 0 or more.
    /// </summary>
    public int MaxAskedChannels { get; set; } = 10_000;

    /// <summary>
    /// How long PostgreSQL may be silent before it is asked for a sign of life, as <see cref="PgListenerOptions.Heartbeat"/>; how long the
    /// bridge is silent on a quiet channel; and half the time after which a bridge that is not heard any more is given up, by receivers
    /// and by the bridges that stand by. Default 10 seconds; 1 second to 30 minutes.
    /// </summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a channel that was asked for is listened to after the last question for it; receivers ask again every three heartbeats.
    /// Default <see langword="null"/>: twelve heartbeats. Six heartbeats to 1 day.
    /// </summary>
    public TimeSpan? Linger { get; set; }

    /// <summary>
    /// How many notifications of a channel are kept while NATS is slower than PostgreSQL; then the oldest half is dropped, and receivers
    /// get a Resync that says how many. Default 65,536; 1 to 16,777,216.
    /// </summary>
    public int BufferCapacity { get; set; } = 65_536;

    /// <summary>How many bytes are kept for all channels together. Default 64 MiB; 64 KiB or more.</summary>
    public long BufferBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>Where the bridge logs. Default <see langword="null"/>: nowhere. Payloads and passwords are never logged.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// Makes the meters that the bridge reports to, and disposes them: it has to outlive the bridge. Default <see langword="null"/>: one
    /// for the process.
    /// </summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>For how long the listener puts off what has failed, at the most.</summary>
    internal TimeSpan LongestListenerDelay => Heartbeat < s_longestListenerDelay ? Heartbeat : s_longestListenerDelay;

    internal TimeSpan LingerOrDefault => Linger ?? 2 * LeastLingerHeartbeats * Heartbeat;

    /// <summary>Throws what the constructor of <see cref="PgNatsBridge"/> would throw of these options.</summary>
    /// <exception cref="ArgumentException">
    /// One of <see cref="Channels"/> can't be a channel; the message names the limit.
    /// </exception>
    /// <exception cref="ArgumentNullException"><see cref="Channels"/> is <see langword="null"/>, or one of them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// Another option is out of its range: <see cref="ArgumentException.ParamName"/> is its name.
    /// </exception>
    public void Validate()
    {
        Subjects.CheckPrefix(this, SubjectPrefix);
        ArgumentNullException.ThrowIfNull(Channels);
        foreach (var channel in Channels)
            ChannelName.Validate(channel, nameof(Channels));
        if (MaxAskedChannels < 0)
            throw OptionChecks.OutOfRange(this, nameof(MaxAskedChannels), MaxAskedChannels, "0 or more");
        OptionChecks.Within(this, Heartbeat, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30), nameof(Heartbeat));
        if (Linger is { } linger)
            OptionChecks.Within(this, linger, LeastLingerHeartbeats * Heartbeat, TimeSpan.FromDays(1), nameof(Linger));
        OptionChecks.Buffer(this, BufferCapacity, BufferBytes);
    }

    internal PgNatsBridgeOptions ValidatedCopy()
    {
        Validate();
        var copy = (PgNatsBridgeOptions)MemberwiseClone();
        copy.Channels = [.. Channels.Distinct(StringComparer.Ordinal)];
        return copy;
    }

    internal PgListenerOptions ListenerOptions() => new()
    {
        Heartbeat = Heartbeat,
        Linger = TimeSpan.Zero, // the bridge has a linger of its own
        BufferCapacity = BufferCapacity,
        BufferBytes = BufferBytes,
        MaxReconnectDelay = LongestListenerDelay,
        LoggerFactory = LoggerFactory,
        MeterFactory = MeterFactory,
        Name = "bridge",
    };
}
