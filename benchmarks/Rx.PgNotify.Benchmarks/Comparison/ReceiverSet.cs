using Npgsql;
using Rx.PgNotify.Benchmarks.Comparison.Receiving;

namespace Rx.PgNotify.Benchmarks.Comparison;

/// <summary>The processes of all receivers that can be had here.</summary>
sealed class ReceiverSet : IAsyncDisposable
{
    readonly LibpqProgram? _libpq;

    ReceiverSet(LibpqProgram? libpq, IReadOnlyList<ReceiverProcess> processes)
    {
        _libpq = libpq;
        Processes = processes;
    }

    public IReadOnlyList<ReceiverProcess> Processes { get; }

    /// <summary>libpq's version, or that there is none.</summary>
    public string Libpq => _libpq is null ? "without libpq" : $"libpq of {_libpq.Version}";

    public static async Task<ReceiverSet> StartAsync(string connectionString)
    {
        var libpq = await LibpqProgram.TryCompileAsync();
        var processes = new List<ReceiverProcess>();
        if (libpq is not null)
            processes.Add(libpq.Start(new NpgsqlConnectionStringBuilder(connectionString)));
        foreach (var kind in (ReceiverKind[])[ReceiverKind.SubjectLoop, ReceiverKind.EventPattern, ReceiverKind.PgListener])
            processes.Add(ReceiverProcess.StartDotNet(kind, connectionString));
        return new ReceiverSet(libpq, processes);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Processes)
            await process.DisposeAsync();
        _libpq?.Dispose();
    }
}
