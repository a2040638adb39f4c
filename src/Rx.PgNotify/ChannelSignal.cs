using Rx.PgNotify.Operators;

namespace Rx.PgNotify;

/// <summary>
/// What a subscriber to <see cref="PgChannel.Signals"/> sees: either a notification, or a Resync that says "from here
/// on you receive all that is committed; what came before may have gaps".
/// </summary>
/// <remarks>
/// The rule, for every subscriber: after a Resync it receives, in commit order and without duplicates, what was
/// committed after that moment, up to the next Resync; if anything is missing, another Resync always follows. Whoever
/// reads the truth anew at each Resync is therefore never stale for good.
/// </remarks>
public readonly record struct ChannelSignal : ISignal<ChannelSignal>
{
    // A notification keeps its process id here, a Resync the number of dropped notifications.
    readonly long _value;

    ChannelSignal(string channel, string? payload, ResyncReasons reasons, long value)
    {
        Channel = channel;
        Payload = payload;
        Reasons = reasons;
        _value = value;
    }

    /// <summary>The channel's name, of either kind of signal.</summary>
    public string Channel { get; }

    /// <summary>The reasons of a Resync; <see cref="ResyncReasons.None"/> for a notification.</summary>
    public ResyncReasons Reasons { get; }

    /// <summary>
    /// The number of notifications dropped for this subscriber before this Resync; 0 unless
    /// <see cref="Reasons"/> has <see cref="ResyncReasons.Overflow"/>.
    /// </summary>
    public long Dropped => IsResync ? _value : 0;

    /// <summary>Whether this is a Resync.</summary>
    public bool IsResync => Reasons != ResyncReasons.None;

    /// <summary>Whether this is a notification. Of the default value of this struct neither holds.</summary>
    public bool IsNotification => Payload is not null;

    /// <summary>The notification.</summary>
    /// <exception cref="InvalidOperationException">This signal is not a notification.</exception>
    public Notification Notification => Payload is { } payload
        ? new Notification(Channel, payload, unchecked((int)_value))
        : throw new InvalidOperationException("This signal is not a notification; look at IsNotification first.");

    string? Payload { get; }

    ResyncAccess<ChannelSignal> ISignal<ChannelSignal>.CreateResyncAccess() => new SignalResyncAccess<ChannelSignal>();

    /// <summary>A signal that carries <paramref name="notification"/>.</summary>
    /// <remarks>
    /// Public so that a <c>Subject&lt;ChannelSignal&gt;</c> can stand in for a channel in a test without a server.
    /// </remarks>
    /// <param name="notification">The notification.</param>
    /// <returns>The signal.</returns>
    /// <exception cref="ArgumentException">Its channel or its payload is <see langword="null"/>.</exception>
    public static ChannelSignal From(Notification notification)
    {
        if (notification.Channel is null || notification.Payload is null)
            throw new ArgumentException("A notification has a channel and a payload.", nameof(notification));
        return OfNotification(notification.Channel, notification.Payload, notification.ProcessId);
    }

    /// <summary>A Resync.</summary>
    /// <param name="channel">The channel's name.</param>
    /// <param name="reasons">At least one reason.</param>
    /// <param name="dropped">The number of dropped notifications; only with <see cref="ResyncReasons.Overflow"/>.</param>
    /// <returns>The signal.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="channel"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="reasons"/> is empty or unknown, <paramref name="dropped"/> is negative, or it is not 0 without
    /// <see cref="ResyncReasons.Overflow"/>.
    /// </exception>
    public static ChannelSignal Resync(string channel, ResyncReasons reasons, long dropped = 0)
    {
        ArgumentNullException.ThrowIfNull(channel);
        const ResyncReasons all = ResyncReasons.Subscribed | ResyncReasons.Reconnected | ResyncReasons.Overflow;
        if (reasons == ResyncReasons.None || (reasons & ~all) != ResyncReasons.None)
            throw new ArgumentOutOfRangeException(nameof(reasons), reasons, "A Resync has one or more known reasons.");
        ArgumentOutOfRangeException.ThrowIfNegative(dropped);
        if (dropped != 0 && (reasons & ResyncReasons.Overflow) == ResyncReasons.None)
            throw new ArgumentOutOfRangeException(nameof(dropped), dropped, "Only an Overflow has dropped notifications.");
        return new ChannelSignal(channel, null, reasons, dropped);
    }

    /// <summary>A signal that carries the value of a payload that was parsed.</summary>
    /// <typeparam name="T">What payloads are parsed to.</typeparam>
    /// <param name="channel">The channel's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="processId">The process id of the backend that sent it.</param>
    /// <returns>The signal.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="channel"/> is <see langword="null"/>.</exception>
    public static ChannelSignal<T> From<T>(string channel, T value, int processId)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return new ChannelSignal<T>(channel, ResyncReasons.None, processId, value);
    }

    /// <summary>A Resync among values.</summary>
    /// <typeparam name="T">What payloads are parsed to.</typeparam>
    /// <inheritdoc cref="Resync(string, ResyncReasons, long)" path="/*[self::param or self::returns or self::exception]"/>
    public static ChannelSignal<T> Resync<T>(string channel, ResyncReasons reasons, long dropped = 0) =>
        ChannelSignal<T>.WithoutValue(Resync(channel, reasons, dropped));

    /// <summary>For a log: the kind, the channel and the reasons, never the payload.</summary>
    /// <returns>Such as <c>Notification(orders)</c>, or <c>Resync(orders, Overflow, 17 dropped)</c>.</returns>
    public override string ToString() => this switch
    {
        { IsNotification: true } => $"Notification({Channel})",
        { IsResync: true, Dropped: > 0 } => $"Resync({Channel}, {Reasons}, {Dropped} dropped)",
        { IsResync: true } => $"Resync({Channel}, {Reasons})",
        _ => "None",
    };

    internal static ChannelSignal OfNotification(string channel, string payload, int processId) =>
        new(channel, payload, ResyncReasons.None, processId);

    static ChannelSignal ISignal<ChannelSignal>.OfResync(ChannelSignal resync) => resync;
}
