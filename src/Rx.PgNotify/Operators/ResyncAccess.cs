namespace Rx.PgNotify.Operators;

/// <summary>Reads and makes the Resyncs among values of a type that an operator knows nothing else of.</summary>
/// <remarks>
/// An operator is one generic method for signals and for any other value: which of the two <typeparamref name="T"/> is, is
/// found once, without reflection and without boxing a value. An overload for each kind of signal would miss the kinds
/// that reach an operator through somebody's own generic method, and silently overwrite their Resyncs.
/// </remarks>
abstract class ResyncAccess<T>
{
    /// <summary><see langword="null"/> if <typeparamref name="T"/> is not a kind of signal.</summary>
    internal static readonly ResyncAccess<T>? Instance = (default(T) as ISignal<T>)?.CreateResyncAccess();

    /// <summary>Whether a value is a Resync, and which.</summary>
    internal abstract bool TryRead(T value, out ChannelSignal resync);

    /// <summary>The channel of a value, whatever its kind; <see langword="null"/> of the default value.</summary>
    internal abstract string? ChannelOf(T value);

    /// <summary>A value that is a Resync.</summary>
    internal abstract T OfResync(ChannelSignal resync);
}
