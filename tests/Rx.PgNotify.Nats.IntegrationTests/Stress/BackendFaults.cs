using Npgsql;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>
/// The backend of the bridge at work, which is ended, stands still for a while or is killed, which the whole server takes for a crash; or
/// whose end the bridge hears of late, so that it goes on when it has been replaced.
/// </summary>
sealed class BackendFaults(Stage stage, Findings findings) : IFaults
{
    // Longer than a bridge that hears nothing would wait, and so that replies come late enough to be missed by its successor's first words.
    const int LongestDelay = 1_500;

    public async Task StrikeAsync(Random random, CancellationToken stop)
    {
        try
        {
            if (await stage.LeaderAsync() is { } leader)
                await StrikeAsync(leader.Bridge, leader.Backend, random, stop);
        }
        catch (NpgsqlException)
        {
            findings.Count("backends missed"); // the server has crashed meanwhile
        }
    }

    async Task StrikeAsync(BridgeProcess bridge, int backend, Random random, CancellationToken stop)
    {
        switch (random.Next(8))
        {
            case < 3:
                findings.Count("backends terminated");
                await stage.TerminateAsync(backend);
                break;
            case 3:
                findings.Count("backend kills", await ProcessSignal.TrySendAsync(backend, "KILL") ? 1 : 0);
                break;
            case < 6:
                findings.Count("backend stops", await ProcessSignal.TrySendAsync(backend, "STOP") ? 1 : 0);
                await Pause.ForAsync(random.Next(200, 4_000), stop);
                await ProcessSignal.TrySendAsync(backend, "CONT");
                break;
            default:
                await EndLateAsync(bridge, backend, random, stop);
                break;
        }
    }

    async Task EndLateAsync(BridgeProcess bridge, int backend, Random random, CancellationToken stop)
    {
        findings.Count("bridges left behind");
        bridge.Postgres.Delay = TimeSpan.FromMilliseconds(random.Next(300, LongestDelay));
        try
        {
            await Pause.ForAsync(random.Next(500), stop);
            await stage.TerminateAsync(backend);
            await Pause.ForAsync(2 * LongestDelay, stop);
        }
        finally
        {
            bridge.Postgres.Delay = TimeSpan.Zero;
        }
    }
}
