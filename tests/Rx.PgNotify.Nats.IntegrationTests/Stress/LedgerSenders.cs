using Npgsql;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>
/// Senders who outlive crashes of the server: of a transaction whose outcome they were not told the ledger says whether it was committed,
/// and one that was not is sent once more, so that no number is left out.
/// </summary>
sealed class LedgerSenders(NpgsqlDataSource dataSource, Ledger ledger, IReadOnlyList<CommitLog> channels, Findings findings)
    : Senders(dataSource, channels, findings)
{
    readonly Findings _findings = findings;

    protected override async Task TransactAsync(IReadOnlyList<NumberRun> runs, int padding, bool rollBack)
    {
        while (true)
        {
            try
            {
                await base.TransactAsync(runs, padding, rollBack);
                return;
            }
            catch (NpgsqlException)
            {
                _findings.Count("transactions broken");
                if (rollBack || await ledger.ReadAsync(runs[0].Channel) >= runs[0].To)
                    return;
            }
        }
    }

    protected override async Task NotifyAsync(NpgsqlConnection connection, NumberRun run, int padding)
    {
        await base.NotifyAsync(connection, run, padding);
        await Ledger.WriteAsync(connection, run);
    }
}
