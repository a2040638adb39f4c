using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.CatchUp;

/// <summary>
/// A copy of a table that is kept by <c>CatchUp</c>, and stored with the cursor's text as in one transaction. A start is a
/// process: what a former one has read and not stored is lost.
/// </summary>
sealed class TableCopy(PgListener listener, NpgsqlDataSource loaders, VersionedTable table, Random random) : IAsyncDisposable
{
    readonly Lock _gate = new();
    readonly SortedDictionary<long, long> _rows = [];
    readonly HashSet<long> _delivered = [];
    readonly List<string> _findings = [];
    IDisposable? _subscription;
    string? _cursor;
    int _start;
    int _failures;
    int _toStore; // before the process dies

    public int Batches { get; private set; }

    public int Lost { get; private set; }

    public int Failures => Volatile.Read(ref _failures);

    public Exception? Error { get; private set; }

    public string Content
    {
        get
        {
            lock (_gate)
                return string.Join(' ', _rows.Select(row => $"{row.Key}={row.Value}"));
        }
    }

    public IReadOnlyList<string> Findings
    {
        get
        {
            lock (_gate)
                return [.. _findings];
        }
    }

    public IReadOnlyCollection<long> Delivered
    {
        get
        {
            lock (_gate)
                return [.. _delivered];
        }
    }

    /// <summary>Ends the process that runs, if one does; the next one dies after a few batches.</summary>
    public void StartAgain() => Start(random.Next(20));

    public void LastStart() => Start(int.MaxValue);

    public async Task<IReadOnlyList<Change>> LoadOnceMoreAsync()
    {
        string? cursor;
        lock (_gate)
            cursor = _cursor;
        return (await LoadAsync(CatchUpCursor.Parse(cursor!), CancellationToken.None)).Rows;
    }

    public ValueTask DisposeAsync()
    {
        _subscription?.Dispose();
        return default;
    }

    void Start(int toStore)
    {
        _subscription?.Dispose();
        int start;
        CatchUpCursor? from;
        lock (_gate)
        {
            start = ++_start;
            _toStore = toStore;
            from = _cursor is null ? null : CatchUpCursor.Parse(_cursor);
        }

        _subscription = listener.Channel(table.Channel).Signals
            .CatchUp(LoadAsync, from, new LiveQueryOptions
            {
                Quiet = TimeSpan.FromMilliseconds(20),
                QueryFailed = _ => Interlocked.Increment(ref _failures),
                RetryDelay = TimeSpan.FromMilliseconds(20),
            })
            .Subscribe(batch => Store(batch, start), error => Error = error);
    }

    Task<CatchUpBatch<Change>> LoadAsync(CatchUpCursor? cursor, CancellationToken cancellationToken) => table.Table.LoadAsync(
        loaders, cursor, row => new Change(row.GetInt64(0), row.GetInt64(1)), key => new Change(key.GetInt64(0), null), cancellationToken);

    void Store(CatchUpBatch<Change> batch, int start)
    {
        lock (_gate)
        {
            if (start != _start || _toStore == 0)
            {
                Lost++;
                return;
            }

            _toStore--;
            Batches++;
            _cursor = batch.Cursor.ToString();
            foreach (var (id, version) in batch.Rows)
            {
                if (version is not { } present)
                {
                    _rows.Remove(id);
                    continue;
                }

                if (!_delivered.Add(present))
                    _findings.Add($"version {present} of {id} twice");
                if (_rows.TryGetValue(id, out var former) && former > present)
                    _findings.Add($"version {present} of {id} after {former}");
                _rows[id] = present;
            }
        }
    }

    /// <param name="Id">The key.</param>
    /// <param name="Version">Null for a deletion.</param>
    internal sealed record Change(long Id, long? Version);
}
