using System.Diagnostics.Metrics;

namespace Rx.PgNotify.Diagnostics;

/// <summary>The instruments of listeners and notifiers on one meter.</summary>
sealed class LibraryMeter
{
    internal const string Name = "Rx.PgNotify";

    static readonly MeterInstruments<LibraryMeter> s_meters = new(Name, static meter => new LibraryMeter(meter));

    LibraryMeter(Meter meter)
    {
        Listeners = new ListenerInstruments(meter);
        Notifiers = new NotifierInstruments(meter);
    }

    internal ListenerInstruments Listeners { get; }

    internal NotifierInstruments Notifiers { get; }

    internal static string? Version => typeof(LibraryMeter).Assembly.GetName().Version?.ToString(3);

    /// <inheritdoc cref="MeterInstruments{T}.Of"/>
    internal static LibraryMeter Of(IMeterFactory? factory) => s_meters.Of(factory);
}
