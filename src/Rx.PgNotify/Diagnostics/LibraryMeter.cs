using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace Rx.PgNotify.Diagnostics;

/// <summary>The instruments on one meter, shared by all who report to it: a second set would report everything twice.</summary>
sealed class LibraryMeter
{
    internal const string Name = "Rx.PgNotify";

    static readonly Lazy<Meter> s_ofTheProcess = new(() => new Meter(Options()));

    // The instruments live as long as their meter, which its factory disposes.
    static readonly ConditionalWeakTable<Meter, Lazy<LibraryMeter>> s_meters = [];

    LibraryMeter(Meter meter)
    {
        Listeners = new ListenerInstruments(meter);
        Notifiers = new NotifierInstruments(meter);
    }

    internal ListenerInstruments Listeners { get; }

    internal NotifierInstruments Notifiers { get; }

    /// <summary>The instruments on a factory's meter or, without a factory, on the one of the process.</summary>
    internal static LibraryMeter Of(IMeterFactory? factory)
    {
        var meter = factory?.Create(Options()) ?? s_ofTheProcess.Value;
        // Lazy: the table may create a value twice and keep one, but instruments that were created stay on the meter.
        return s_meters.GetValue(meter, static meter => new Lazy<LibraryMeter>(() => new LibraryMeter(meter))).Value;
    }

    internal static string? Version => typeof(LibraryMeter).Assembly.GetName().Version?.ToString(3);

    static MeterOptions Options() => new(Name) { Version = Version };
}
