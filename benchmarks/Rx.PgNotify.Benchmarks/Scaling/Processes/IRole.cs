namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>What a process of a measurement is there for.</summary>
interface IRole : IAsyncDisposable
{
    /// <summary>Does what a line says.</summary>
    /// <returns>The numbers to answer with.</returns>
    Task<IReadOnlyList<long>> DoAsync(string[] words);
}
