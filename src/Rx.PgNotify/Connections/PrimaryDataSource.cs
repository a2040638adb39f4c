using Npgsql;

namespace Rx.PgNotify.Connections;

/// <summary>Which data source of several hosts reaches the primary: nothing of this library works on a standby.</summary>
static class PrimaryDataSource
{
    /// <summary>The data source itself for one host; for several one that connects to the primary, whatever load balancing is set.</summary>
    /// <remarks>
    /// What this returns belongs to <paramref name="dataSource"/> and is not disposed of by itself. It is no proof that a
    /// primary is reached: what <c>WithTargetSession</c> returned shows its target in its connection string only if the string that it
    /// was built with had one, Npgsql caches for a while which host was the primary, and a single host may be a standby. So where a
    /// standby's answer would be wrong, <c>pg_is_in_recovery()</c> is read along with it.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">It is bound to other hosts than the primary.</exception>
    internal static NpgsqlDataSource ForPrimary(this NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        // For one host this saves parsing the string at each send.
        if (!dataSource.ConnectionString.Contains(',', StringComparison.Ordinal))
            return dataSource;
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        // A single host is not asked for its role: if it is a standby, our own check can say so in its error.
        if (settings.Host?.Contains(',', StringComparison.Ordinal) is not true)
            return dataSource;
        if (dataSource is NpgsqlMultiHostDataSource hosts)
            return hosts.WithTargetSession(OfPrimaries(settings.TargetSessionAttributes));
        if (settings.TargetSessionAttributes is not ("any" or "standby" or "prefer-standby" or "read-only"))
            return dataSource;
        throw new ArgumentException(
            $"The data source does not go to the primary (Target Session Attributes={settings.TargetSessionAttributes}), where notifications are. "
            + "Give the NpgsqlMultiHostDataSource that it was made from, or what WithTargetSession(TargetSessionAttributes.Primary) returns.",
            nameof(dataSource));
    }

    // Of two hosts that are no standbys one may be fenced off by default_transaction_read_only: read-write then selects the other one.
    static TargetSessionAttributes OfPrimaries(string? attributes) =>
        attributes is "read-write" ? TargetSessionAttributes.ReadWrite : TargetSessionAttributes.Primary;
}
