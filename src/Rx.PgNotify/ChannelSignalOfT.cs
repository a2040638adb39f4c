using Rx.PgNotify.Operators;

namespace Rx.PgNotify;

/// <summary>
/// A <see cref="ChannelSignal"/> whose payload was parsed: either a value, or the Resync that stood in its place.
/// </summary>
/// <remarks>
/// The rule for Resyncs is that of <see cref="ChannelSignal"/>; parsing leaves out none of them. To make one in a test:
/// <see cref="ChannelSignal.From{T}(string, T, int)"/> and <see cref="ChannelSignal.Resync{T}(string, ResyncReasons, long)"/>.
/// </remarks>
/// <typeparam name="T">What payloads are parsed to.</typeparam>
public readonly record struct ChannelSignal<T> : ISignal<ChannelSignal<T>>
{
    readonly T _value;

    // A value keeps its sender's process id here, a Resync the number of dropped notifications.
    readonly long _number;

    internal ChannelSignal(string channel, ResyncReasons reasons, long number, T value)
    {
        Channel = channel;
        Reasons = reasons;
        _number = number;
        _value = value;
    }

    /// <summary>The channel's name, of either kind of signal.</summary>
    public string Channel { get; }

    /// <summary>The reasons of a Resync; <see cref="ResyncReasons.None"/> for a value.</summary>
    public ResyncReasons Reasons { get; }

    /// <summary>
    /// The number of notifications dropped for this subscriber before this Resync; 0 unless
    /// <see cref="Reasons"/> has <see cref="ResyncReasons.Overflow"/>.
    /// </summary>
    public long Dropped => IsResync ? _number : 0;

    /// <summary>Whether this is a Resync.</summary>
    public bool IsResync => Reasons != ResyncReasons.None;

    /// <summary>Whether this is a value. Of the default value of this struct neither holds.</summary>
    public bool IsValue => Channel is not null && !IsResync;

    /// <summary>
    /// The process id of the backend that sent the value; 0 for a Resync. Behind a connection pooler, or with a pooled
    /// sender, it identifies nobody.
    /// </summary>
    public int ProcessId => IsValue ? unchecked((int)_number) : 0;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">This signal is not a value.</exception>
    public T Value => IsValue
        ? _value
        : throw new InvalidOperationException("This signal is not a value; look at IsValue first.");

    ResyncAccess<ChannelSignal<T>> ISignal<ChannelSignal<T>>.CreateResyncAccess() => new SignalResyncAccess<ChannelSignal<T>>();

    /// <summary>For a log: the kind, the channel and the reasons, never the value.</summary>
    /// <returns>Such as <c>Value(orders)</c>, or <c>Resync(orders, Subscribed)</c>.</returns>
    public override string ToString() => this switch
    {
        { IsValue: true } => $"Value({Channel})",
        { IsResync: true } => ChannelSignal.Resync(Channel, Reasons, Dropped).ToString(),
        _ => "None",
    };

    internal static ChannelSignal<T> WithoutValue(ChannelSignal signal) =>
        new(signal.Channel, signal.Reasons, signal.Dropped, default!);

    static ChannelSignal<T> ISignal<ChannelSignal<T>>.OfResync(ChannelSignal resync) => WithoutValue(resync);
}
