using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore;

/// <summary>
/// Entities as observables: queries whose results stay true, changes, typed, and their keys, and collections that are bound by keys.
/// </summary>
/// <remarks>
/// The model is a context's <c>Model</c>: an <see cref="IModel"/>, which is immutable, thread-safe and outlives the context.
/// Types and members are found by reflection, as Entity Framework Core itself finds them.
/// </remarks>
public static partial class EntityObservable;
