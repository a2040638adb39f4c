using System.Reactive.Concurrency;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.EntityFrameworkCore.Queries;

namespace Rx.PgNotify.EntityFrameworkCore;

/// <summary>
/// When a live query of entities runs, what becomes of a run that fails, and what is declared of it. The options are
/// validated and copied by the call: a change made afterwards has no effect.
/// </summary>
public sealed class EntityLiveQueryOptions
{
    readonly LiveQueryOptions _timing;
    readonly List<Func<IModel, IReadOnlyCollection<ITable>>> _declared;

    /// <summary>Options with the defaults.</summary>
    public EntityLiveQueryOptions() => (_timing, _declared) = (new LiveQueryOptions(), []);

    EntityLiveQueryOptions(EntityLiveQueryOptions other)
    {
        _timing = new LiveQueryOptions
        {
            Quiet = other.Quiet,
            MaxWait = other.MaxWait,
            QueryFailed = other.QueryFailed,
            RetryDelay = other.RetryDelay,
            Scheduler = other.Scheduler,
        };
        _declared = [.. other._declared];
        Tracking = other.Tracking;
        IsDeclared = other.IsDeclared;
    }

    /// <inheritdoc cref="LiveQueryOptions.Quiet"/>
    public TimeSpan Quiet
    {
        get => _timing.Quiet;
        set => _timing.Quiet = value;
    }

    /// <inheritdoc cref="LiveQueryOptions.MaxWait"/>
    public TimeSpan? MaxWait
    {
        get => _timing.MaxWait;
        set => _timing.MaxWait = value;
    }

    /// <summary>
    /// Receives what a run throws, which is then repeated after <see cref="RetryDelay"/>, until it succeeds. Default
    /// <see langword="null"/>: what a run throws ends the sequence with <c>OnError</c>. What is an error of the program, such
    /// as a table without change notifications, ends it in any case.
    /// </summary>
    /// <inheritdoc cref="LiveQueryOptions.QueryFailed" path="/remarks"/>
    public Action<Exception>? QueryFailed
    {
        get => _timing.QueryFailed;
        set => _timing.QueryFailed = value;
    }

    /// <inheritdoc cref="LiveQueryOptions.RetryDelay"/>
    public TimeSpan RetryDelay
    {
        get => _timing.RetryDelay;
        set => _timing.RetryDelay = value;
    }

    /// <inheritdoc cref="LiveQueryOptions.Scheduler"/>
    public IScheduler Scheduler
    {
        get => _timing.Scheduler;
        set => _timing.Scheduler = value;
    }

    /// <summary>
    /// Whether the context of a run tracks what it reads. Default <see cref="QueryTrackingBehavior.NoTracking"/>: a result
    /// is a snapshot, and its context is disposed of before the observer sees it.
    /// </summary>
    public QueryTrackingBehavior Tracking { get; set; } = QueryTrackingBehavior.NoTracking;

    /// <summary>Whether all that is hidden in the runs has been declared.</summary>
    internal bool IsDeclared { get; private set; }

    /// <summary>
    /// Declares that each run reads the tables of an entity type, besides those that are found; see
    /// <see cref="ReadsQueryableExtensions"/>. A declaration here covers all that the runs execute.
    /// </summary>
    /// <typeparam name="TEntity">The CLR type of the entity. The run ends with an error if it is not in the model.</typeparam>
    /// <returns>These options.</returns>
    public EntityLiveQueryOptions Reads<TEntity>() => Declare(model => ModelTables.Of(model, typeof(TEntity)));

    /// <summary>
    /// Declares that each run reads a table, besides those that are found; see <see cref="ReadsQueryableExtensions"/>. A
    /// declaration here covers all that the runs execute.
    /// </summary>
    /// <param name="table">The table's name, unquoted, of a table of the model. The run ends with an error if there is none.</param>
    /// <param name="schema">Its schema; default: the model's default schema.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException"><paramref name="table"/> is <see langword="null"/> or empty.</exception>
    public EntityLiveQueryOptions Reads(string table, string? schema = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(table);
        return Declare(model => [ModelTables.Find(model, table, schema)]);
    }

    /// <summary>Declares that raw SQL, views and functions of the runs read no table but those that are found or declared.</summary>
    /// <returns>These options.</returns>
    public EntityLiveQueryOptions ReadsNothingElse()
    {
        IsDeclared = true;
        return this;
    }

    /// <summary>Throws what a live query would throw of these options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range: <see cref="ArgumentException.ParamName"/> is its name.</exception>
    /// <exception cref="ArgumentNullException"><see cref="Scheduler"/> is <see langword="null"/>.</exception>
    public void Validate()
    {
        _timing.Validate();
        if (!Enum.IsDefined(Tracking))
            throw new ArgumentOutOfRangeException(nameof(Tracking), Tracking, $"{nameof(Tracking)} must be one of the defined values.");
    }

    internal EntityLiveQueryOptions ValidatedCopy()
    {
        Validate();
        return new EntityLiveQueryOptions(this);
    }

    internal IReadOnlyCollection<ITable> DeclaredTables(IModel model) =>
        _declared.Count == 0 ? [] : [.. _declared.SelectMany(tables => tables(model))];

    /// <summary>Those of the operator that it all stands on: errors of the program and the listener's end are no failed runs.</summary>
    internal LiveQueryOptions ToTiming() => new()
    {
        Quiet = Quiet,
        MaxWait = MaxWait,
        QueryFailed = QueryFailed is { } failed ? error => RunFailure.Pass(error, failed) : null,
        RetryDelay = RetryDelay,
        Scheduler = Scheduler,
    };

    EntityLiveQueryOptions Declare(Func<IModel, IReadOnlyCollection<ITable>> tables)
    {
        _declared.Add(tables);
        IsDeclared = true;
        return this;
    }
}
