using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Rx.PgNotify.TestPrograms;

/// <summary>Those who watch throw at the first sight of the library, which a process has once.</summary>
static class ForeignRegistrationCases
{
    internal static IEnumerable<(string Name, Func<Task<string>> Run)> All(ForeignServer server) =>
    [
        ("InstrumentPublished and ShouldListenTo", () => SeenAsync(server)),
    ];

    static async Task<string> SeenAsync(ForeignServer server)
    {
        const string Library = "Rx.PgNotify";
        var (instruments, sources) = (0, 0);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name != Library)
                    return;
                instruments++;
                throw new FormatException(ForeignProgram.Thrown);
            },
        };
        meters.Start();
        using var activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Library && sources++ >= 0
                ? throw new FormatException(ForeignProgram.Thrown)
                : false,
        };
        ActivitySource.AddActivityListener(activities);
        var outcome = await ForeignDiagnosticsCases.UseAsync(server, new PgListenerOptions(), new PgNotifierOptions());
        return instruments > 0 && sources > 0 ? outcome : "nothing has thrown";
    }
}
