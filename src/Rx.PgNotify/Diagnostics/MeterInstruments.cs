using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace Rx.PgNotify.Diagnostics;

/// <summary>The instruments on each meter of one name, shared by all who report to it: a second set would report everything twice.</summary>
/// <typeparam name="T">The instruments.</typeparam>
/// <param name="name">The meter's.</param>
/// <param name="create">Creates the instruments on a meter.</param>
sealed class MeterInstruments<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(string name, Func<Meter, T> create)
    where T : class
{
    // The instruments live as long as their meter, which its factory disposes.
    readonly ConditionalWeakTable<Meter, Lazy<T>> _instruments = [];
    readonly Lazy<Meter> _ofTheProcess = new(() => new Meter(Options(name)));

    /// <summary>The instruments on a factory's meter or, without a factory, on the one of the process.</summary>
    internal T Of(IMeterFactory? factory)
    {
        var meter = factory?.Create(Options(name)) ?? _ofTheProcess.Value;
        // Lazy: the table may create a value twice and keep one, but instruments that were created stay on the meter.
        return _instruments.GetValue(meter, meter => new Lazy<T>(() => create(meter))).Value;
    }

    static MeterOptions Options(string name) => new(name) { Version = LibraryMeter.Version };
}
