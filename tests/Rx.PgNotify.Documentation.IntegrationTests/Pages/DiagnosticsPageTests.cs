using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Rx.PgNotify.Nats;

namespace Rx.PgNotify.Documentation.IntegrationTests.Pages;

/// <summary>The tables of docs/diagnostics.md say what the code does.</summary>
[Parallelizable(ParallelScope.All)]
public partial class DiagnosticsPageTests
{
    [Test]
    public void TheTableOfLogMessages_IsThatOfTheCode()
    {
        Assembly[] assemblies = [typeof(PgListener).Assembly, typeof(PgListenerServiceCollectionExtensions).Assembly, typeof(NatsListener).Assembly];
        var inCode =
            from assembly in assemblies
            from type in assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
            let message = method.GetCustomAttribute<LoggerMessageAttribute>()
            where message is not null
            orderby message.EventId
            select $"{message.EventId} {LevelOf(message)} {WhiteSpace().Replace(message.Message, " ")}";
        var onPage = from row in Rows() where row[0].All(char.IsAsciiDigit) select $"{row[0]} {row[1]} {row[2]}";

        Assert.That(onPage, Is.EqualTo(inCode.Distinct().ToList())); // packages may share a message
        Assert.That(onPage.Select(line => line.Split(' ')[0]), Is.Unique.And.Not.Empty);
    }

    [Test]
    public async Task TheTableOfInstruments_IsThatOfTheCode()
    {
        using var meters = new MeterRecorder();
        await using var listener = new PgListener(
            TestServer.ConnectionString, new PgListenerOptions { MeterFactory = meters, Name = "listener", Heartbeat = TimeSpan.FromSeconds(1) });
        await using var notifier = new PgNotifier(TestServer.ConnectionString, new PgNotifierOptions { MeterFactory = meters, Name = "notifier" });
        await using var nowhere = new PgNotifier(
            "Host=127.0.0.1;Port=1;Username=u",
            new PgNotifierOptions { MeterFactory = meters, Name = "nowhere", SendTimeout = TimeSpan.FromMilliseconds(1) });
        using var subscription = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        await notifier.NotifyAsync(UniqueChannel.Name());
        Assert.That(async () => await nowhere.NotifyAsync("a"), Throws.InstanceOf<PgNotifierException>());
        string[] notSeen = ["pgnotify.listener.reconnects"];
        await Eventually.IsTrueAsync(
            () => meters.Seen.Select(seen => seen.Instrument).Concat(notSeen).Distinct().Count() == meters.Instruments.Count);

        var onPage = Instruments(overNats: false);
        Assert.That(
            onPage.Select(row => $"{row.Key} {row.Value[1]} {row.Value[2].Trim('`')}"),
            Is.EquivalentTo(meters.Instruments.Select(instrument => $"{instrument.Name} {TypeOf(instrument)} {instrument.Unit}")));
        foreach (var (instrument, tags) in meters.Seen)
            Assert.That(onPage[instrument][3].Replace("`", "").Split(", "), Is.EqualTo(tags), instrument);
        Assert.That(meters.Instruments.Select(instrument => instrument.Description), Has.All.Not.Empty);
    }

    [Test]
    public async Task TheTableOfInstrumentsOverNats_IsThatOfTheCode()
    {
        using var meters = new NatsMeters();
        await using var nats = new NatsConnection();
        await using var listener = new NatsListener(nats, new() { MeterFactory = meters });
        _ = new PgNatsBridge("Host=h", nats, new() { MeterFactory = meters });
        var inCode = new List<Instrument>();
        using var recorder = new MeterListener();
        recorder.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Meter.Name is "Rx.PgNotify.Nats")
                inCode.Add(instrument);
        };
        recorder.Start(); // sees those that are there

        var onPage = Instruments(overNats: true);
        Assert.That(
            onPage.Select(row => $"{row.Key} {row.Value[1]} {row.Value[2].Trim('`')}"),
            Is.Not.Empty.And.EquivalentTo(inCode.Select(instrument => $"{instrument.Name} {TypeOf(instrument)} {instrument.Unit}")));
        Assert.That(inCode.Select(instrument => instrument.Description), Has.All.Not.Empty);
    }

    // A failed attempt has the level that its place in a row of failures gives it.
    static string LevelOf(LoggerMessageAttribute message) => message.Level == LogLevel.None ? "Warning or Information" : message.Level.ToString();

    static Dictionary<string, string[]> Instruments(bool overNats) => Rows()
        .Where(row => row[0].StartsWith("`pgnotify.", StringComparison.Ordinal) && row.Length > 4)
        .Where(row => row[0].StartsWith("`pgnotify.nats.", StringComparison.Ordinal) == overNats)
        .ToDictionary(row => row[0].Trim('`'), row => row);

    static IEnumerable<string[]> Rows() => File.ReadLines(Path.Combine(RepositoryFolder.Path, "docs", "diagnostics.md"))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
        .Select(line => line.Trim('|', ' ').Split(" | "));

    static string TypeOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0];

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex WhiteSpace();

    /// <summary>Meters of this test alone.</summary>
    sealed class NatsMeters : IMeterFactory
    {
        readonly Dictionary<string, Meter> _meters = new(StringComparer.Ordinal);

        public Meter Create(MeterOptions options)
        {
            if (!_meters.TryGetValue(options.Name, out var meter))
                _meters[options.Name] = meter = new Meter(new MeterOptions(options.Name) { Scope = this });
            return meter;
        }

        public void Dispose()
        {
            foreach (var meter in _meters.Values)
                meter.Dispose();
        }
    }
}
