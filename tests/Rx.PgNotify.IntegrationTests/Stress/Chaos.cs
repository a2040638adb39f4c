namespace Rx.PgNotify.IntegrationTests.Stress;

/// <summary>What happens to one line.</summary>
sealed class Chaos(StressedLine line, Findings findings)
{
    readonly FaultProxy _proxy = line.Proxy;

    public async Task RunAsync(Random random, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(random.Next(50, 1_200), stop);
                await OneFaultAsync(random, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _proxy.Delay = TimeSpan.Zero;
            _proxy.BytesPerSecond = 0;
        }
    }

    /// <summary>Ends the listener's backend as an administrator would.</summary>
    /// <returns>Whether there was one.</returns>
    public static async Task<bool> KillBackendAsync(string application)
    {
        await using var command = TestServer.DataSource.CreateCommand(
            "SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE application_name = $1");
        command.Parameters.AddWithValue(application);
        return (long)(await command.ExecuteScalarAsync())! > 0;
    }

    public static async Task<long> BackendsAsync(string application)
    {
        await using var command = TestServer.DataSource.CreateCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1");
        command.Parameters.AddWithValue(application);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    async Task OneFaultAsync(Random random, CancellationToken stop)
    {
        switch (random.Next(12))
        {
            case < 4:
                findings.Count("kills", await KillBackendAsync(line.Application) ? 1 : 0);
                break;
            case < 7:
                findings.Count("cuts");
                _proxy.Cut(reset: random.Next(2) == 0);
                break;
            case 7:
                findings.Count("black holes");
                using (_proxy.Swallow(newLines: random.Next(2) == 0))
                    await Task.Delay(random.Next(100, 4_000), stop);
                break;
            case 8:
                findings.Count("refusals");
                using (_proxy.Refuse())
                {
                    _proxy.Cut();
                    await Task.Delay(random.Next(50, 800), stop);
                }

                break;
            case 9:
                findings.Count("delays");
                _proxy.Delay = TimeSpan.FromMilliseconds(random.Next(1, 300));
                await Task.Delay(random.Next(1_000), stop);
                _proxy.Delay = TimeSpan.Zero;
                break;
            case 10:
                findings.Count("throttles");
                _proxy.BytesPerSecond = random.Next(2_000, 100_000);
                await Task.Delay(random.Next(2_000), stop);
                _proxy.BytesPerSecond = 0;
                break;
            default: // a quiet spell, longer than a heartbeat
                await Task.Delay(2_500, stop);
                break;
        }
    }
}
