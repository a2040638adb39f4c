using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore;

/// <summary>
/// What channels say of the entities of a model: their changes, typed; their keys; and collections bound by their keys.
/// </summary>
/// <remarks>
/// The model is a context's <c>Model</c>: an <see cref="IModel"/>, which is immutable, thread-safe and outlives the context.
/// Types and members are found by reflection, as Entity Framework Core itself finds them.
/// </remarks>
public static partial class EntityObservable;
