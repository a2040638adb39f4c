using System.Runtime.Versioning;
using Npgsql;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>
/// A database cluster in a temporary folder and the server process on it: <c>data</c>, <c>server.log</c>, for a standby
/// the password file by which it follows its primary, and nothing else. Whatever befalls, the <see cref="Janitor"/> removes both.
/// </summary>
[UnsupportedOSPlatform("windows")]
sealed class LocalCluster : IControllablePostgresInstance
{
    const int PortAttempts = 5;

    readonly PostgresBinaries _binaries;
    readonly ServerAccount _account;
    readonly PostgresServerOptions _options;
    readonly string _folder;
    readonly string _password;
    readonly Janitor _janitor;
    Postmaster? _postmaster;
    int _port;
    bool _paused;

    LocalCluster(PostgresBinaries binaries, ServerAccount account, PostgresServerOptions options)
    {
        _binaries = binaries;
        _account = account;
        _options = options;
        _password = options.StandbyOf is { } primary
            ? new NpgsqlConnectionStringBuilder(primary.ConnectionString).Password!
            : EmptyCluster.Password;
        _folder = TemporaryFolder.Create(account);
        _janitor = Janitor.Watch(_folder);
    }

    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = _port,
        Username = EmptyCluster.User,
        Password = _password,
        Database = "postgres",
    }.ConnectionString;

    public string Source => _binaries.Origin;

    public static async Task<LocalCluster> StartAsync(
        PostgresBinaries binaries,
        ServerAccount account,
        PostgresServerOptions options,
        CancellationToken cancellationToken)
    {
        if (options.StandbyOf is not null)
            BaseBackup.CheckIsThere(binaries);
        var cluster = new LocalCluster(binaries, account, options);
        try
        {
            await cluster.InitializeAsync(cancellationToken).ConfigureAwait(false);
            await cluster.StartOnFreePortAsync(cancellationToken).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var next = new Postmaster(_binaries, _account, _folder, previous: _postmaster);
        _postmaster = next;
        await next.StartAsync(_port, _options.StartTimeout, cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(ShutdownMode mode, CancellationToken cancellationToken) =>
        _postmaster!.StopAsync(mode, cancellationToken);

    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        _paused = true;
        await _postmaster!.PauseAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        await _postmaster!.ResumeAsync(cancellationToken).ConfigureAwait(false);
        _paused = false;
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        await _postmaster!.KillAsync(cancellationToken).ConfigureAwait(false);
        _paused = false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_paused)
            await ResumeAsync(default).ConfigureAwait(false);
        await _janitor.DisposeAsync().ConfigureAwait(false);
        _postmaster?.Dispose();
    }

    async Task InitializeAsync(CancellationToken cancellationToken)
    {
        var data = Path.Combine(_folder, "data");
        if (_options.StandbyOf is { } primary)
        {
            await new BaseBackup(_binaries, _account, _folder)
                .TakeAsync(primary, data, _options.StartTimeout, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await EmptyCluster.CreateAsync(_binaries, _account, _options, data, cancellationToken).ConfigureAwait(false);
        }

        await ServerConfiguration.WriteAsync(data, _options, cancellationToken).ConfigureAwait(false);
    }

    async Task StartOnFreePortAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            _port = LoopbackPort.FindFree();
            try
            {
                await StartAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresServerException) when (attempt < PortAttempts && !LoopbackPort.IsFree(_port))
            {
                // Somebody was quicker to take the port.
            }
        }
    }
}
