using Npgsql;

namespace Rx.PgNotify.Connections;

/// <summary>Which data source of several hosts reaches the primary: nothing of this library works on a standby.</summary>
static class PrimaryDataSource
{
    /// <summary>The data source itself for one host; of several the one that takes the primary, whatever is balanced.</summary>
    /// <remarks>
    /// What this returns belongs to <paramref name="dataSource"/> and is not disposed of by itself. It is no proof: what
    /// <c>WithTargetSession</c> returned shows its target in its connection string only if the string that it was built
    /// with had one, Npgsql remembers for a while which host was the primary, and one host may be a standby. So whoever
    /// would take a standby's answer for the primary's asks <c>pg_is_in_recovery()</c> along with it.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">It is bound to other hosts than the primary.</exception>
    internal static NpgsqlDataSource ForPrimary(this NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        // Saves reading the string, at each send, where there is one host.
        if (!dataSource.ConnectionString.Contains(',', StringComparison.Ordinal))
            return dataSource;
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        // One host is not asked for its role: a standby that is alone can then be named as one.
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

    // Of two that are no standbys one may be fenced off by default_transaction_read_only: then read-write says which is meant.
    static TargetSessionAttributes OfPrimaries(string? attributes) =>
        attributes is "read-write" ? TargetSessionAttributes.ReadWrite : TargetSessionAttributes.Primary;
}
