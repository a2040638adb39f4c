using System.Diagnostics.Metrics;

namespace Rx.PgNotify.TestPrograms;

/// <summary>What Npgsql reports of the pools of one application.</summary>
sealed class NpgsqlPoints : IDisposable
{
    readonly MeterListener _listener = new();
    readonly string _application;
    int _count;

    internal NpgsqlPoints(string application)
    {
        _application = application;
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Npgsql", Name: "db.client.connection.count" })
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((_, _, tags, _) => Count(tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    internal int Count()
    {
        _count = 0;
        _listener.RecordObservableInstruments();
        return _count;
    }

    void Count(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            if (tag.Value is string name && name.Contains(_application, StringComparison.Ordinal))
                _count++;
        }
    }
}
