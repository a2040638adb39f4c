using System.Diagnostics.CodeAnalysis;

namespace Rx.PgNotify.Operators;

/// <summary>Holds the values that wait for an emission or a run, and gives them out as results.</summary>
/// <remarks>
/// Not thread-safe: all but <see cref="Prepare"/> is called under the lock of the sink that owns it, so no foreign code
/// runs in there.
/// </remarks>
/// <typeparam name="T">The type of the values.</typeparam>
/// <typeparam name="TResult">The type of the results.</typeparam>
interface IGatherer<in T, TResult>
{
    /// <summary>
    /// The first step of adding, for gatherers that need foreign code for it: without the lock, and once before each
    /// <see cref="Add"/>.
    /// </summary>
    void Prepare(T value)
    {
        // Most need none.
    }

    /// <summary>Adds a value.</summary>
    void Add(T value);

    /// <summary>Takes the next result of what was added. There may be several; after the last one the gatherer is empty.</summary>
    bool TryTake([MaybeNullWhen(false)] out TResult result);
}
