using System.Diagnostics.Metrics;

namespace Rx.PgNotify.TestFixtures;

/// <summary>Makes meters that no other test reports to, and keeps what is measured on them.</summary>
sealed class MeterRecorder : IMeterFactory
{
    // Those of the core and of the bridge to NATS. Each is made once, as a real factory does.
    static readonly string[] s_names = ["Rx.PgNotify", "Rx.PgNotify.Nats"];

    readonly Lock _gate = new();
    readonly MeterListener _listener = new();
    readonly Meter[] _meters = [];
    readonly List<Instrument> _instruments = [];
    readonly Dictionary<(string Instrument, string Tags), double> _observed = [];
    readonly List<(string Instrument, string Tags, double Value)> _told = [];

    public MeterRecorder()
        : this(null)
    {
        _meters = [.. s_names.Select(name => new Meter(new MeterOptions(name) { Scope = this }))];
        _listener.Start();
    }

    MeterRecorder(Func<Meter, bool>? records)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!(records?.Invoke(instrument.Meter) ?? ReferenceEquals(instrument.Meter.Scope, this)))
                return;
            lock (_gate)
                _instruments.Add(instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
    }

    public IReadOnlyList<Instrument> Instruments
    {
        get
        {
            lock (_gate)
                return [.. _instruments];
        }
    }

    /// <summary>All that is reported now or was told, with the names of its tags.</summary>
    public IReadOnlyList<(string Instrument, string[] Tags)> Seen
    {
        get
        {
            lock (_gate)
            {
                _observed.Clear();
                _listener.RecordObservableInstruments();
                var told = _told.Select(told => (told.Instrument, told.Tags));
                return [.. from seen in _observed.Keys.Concat(told)
                           select (seen.Instrument, seen.Tags.Split(',').Select(tag => tag.Split('=')[0]).ToArray())];
            }
        }
    }

    /// <summary>How often a meter was asked for.</summary>
    public int Asked { get; private set; }

    /// <summary>Keeps what is measured on the meter of the process.</summary>
    public static MeterRecorder OfTheProcess()
    {
        var recorder = new MeterRecorder(meter => meter is { Name: "Rx.PgNotify", Scope: null });
        recorder._listener.Start();
        return recorder;
    }

    public Meter Create(MeterOptions options)
    {
        Asked++;
        Assert.That(s_names, Does.Contain(options.Name));
        return _meters.Single(meter => meter.Name == options.Name);
    }

    /// <summary>What an instrument reports now, or the sum of what it was told; null if that is nothing.</summary>
    /// <param name="instrument">Its name.</param>
    /// <param name="tags">Such as <c>pgnotify.listener.name=a</c>, several with a comma.</param>
    public double? Read(string instrument, string tags = "")
    {
        lock (_gate)
        {
            _observed.Clear();
            _listener.RecordObservableInstruments();
            if (_observed.TryGetValue((instrument, tags), out var value))
                return value;
            return All(instrument, tags) is { Count: > 0 } told ? told.Sum() : null;
        }
    }

    /// <summary>All that a counter or a histogram was told.</summary>
    public IReadOnlyList<double> All(string instrument, string tags = "")
    {
        lock (_gate)
            return [.. from told in _told where told.Instrument == instrument && told.Tags == tags select told.Value];
    }

    public Task UntilAsync(string instrument, double value, string tags = "") => Eventually.BecomesAsync(
        () => Task.FromResult(Read(instrument, tags)), read => read == value, expectation: $"{instrument} {tags} is {value}");

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var meter in _meters)
            meter.Dispose();
    }

    void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        lock (_gate)
        {
            if (instrument.IsObservable)
                _observed.Add((instrument.Name, text), value); // throws if it is reported twice
            else
                _told.Add((instrument.Name, text, value));
        }
    }
}
