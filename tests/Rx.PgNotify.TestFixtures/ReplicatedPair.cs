using System.Globalization;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.TestFixtures;

/// <summary>A primary and a streaming standby of it.</summary>
sealed class ReplicatedPair : IAsyncDisposable
{
    ReplicatedPair(PostgresServer primary, PostgresServer standby) => (Primary, Standby) = (primary, standby);

    public PostgresServer Primary { get; }

    public PostgresServer Standby { get; }

    /// <summary>Both, the standby first.</summary>
    public string ConnectionString => InOrder(primaryFirst: false);

    /// <summary>Both.</summary>
    public string InOrder(bool primaryFirst)
    {
        var (first, second) = primaryFirst ? (Primary, Standby) : (Standby, Primary);
        return new NpgsqlConnectionStringBuilder(Primary.ConnectionString)
        {
            Host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{first.Port},127.0.0.1:{second.Port}"),
        }.ConnectionString;
    }

    public static async Task<ReplicatedPair> StartAsync()
    {
        var primary = await TestServer.StartOwnAsync(PostgresTools.ChooseReplicable);
        try
        {
            var standby = await TestServer.StartOwnAsync(options =>
            {
                PostgresTools.ChooseReplicable(options);
                options.StandbyOf = primary;
            });
            return new ReplicatedPair(primary, standby);
        }
        catch
        {
            await primary.DisposeAsync();
            throw;
        }
    }

    /// <summary>The primary dies and the standby takes its place.</summary>
    public async Task FailOverAsync()
    {
        await Primary.KillAsync();
        await Standby.ExecuteAsync("select pg_promote()");
    }

    public async ValueTask DisposeAsync()
    {
        await Standby.DisposeAsync();
        await Primary.DisposeAsync();
    }
}
