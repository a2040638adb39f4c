namespace Rx.PgNotify;

/// <summary>What several kinds of options check alike. Each message names the option, as does the parameter of its exception.</summary>
static class OptionChecks
{
    internal static void Within(object options, TimeSpan value, TimeSpan least, TimeSpan most, string option)
    {
        if (value < least || value > most)
            throw OutOfRange(options, option, value, $"from {least} to {most}");
    }

    internal static void Buffer(object options, int bufferCapacity, long bufferBytes)
    {
        if (bufferCapacity is < 1 or > 16_777_216)
            throw OutOfRange(options, nameof(ListenerOptions.BufferCapacity), bufferCapacity, "from 1 to 16,777,216");
        if (bufferBytes < 64 * 1024)
            throw OutOfRange(options, nameof(ListenerOptions.BufferBytes), bufferBytes, "65,536 or more");
    }

    internal static void ReconnectDelays(object options, TimeSpan reconnectDelay, TimeSpan maxReconnectDelay)
    {
        Within(options, reconnectDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), nameof(ListenerOptions.ReconnectDelay));
        Within(options, maxReconnectDelay, reconnectDelay, TimeSpan.FromDays(1), nameof(ListenerOptions.MaxReconnectDelay));
    }

    internal static void Name(object options, string? name)
    {
        if (name is { Length: not (>= 1 and <= 100) })
            throw OutOfRange(options, nameof(ListenerOptions.Name), name, "null, or 1 to 100 characters");
    }

    internal static ArgumentOutOfRangeException OutOfRange(object options, string option, object? value, string range) =>
        new(option, value, $"{options.GetType().Name}.{option} must be {range}.");
}
