namespace Rx.PgNotify.LocalPostgres;

/// <summary>
/// What kind of server <see cref="PostgresServer.StartAsync"/> is to start. The defaults suit a demo or a test: quick,
/// and safe to lose. Read once, when the server is started.
/// </summary>
public sealed class PostgresServerOptions
{
    /// <summary>
    /// The major version wanted, such as 17. Default <see langword="null"/>: the environment variable
    /// <c>PGNOTIFY_POSTGRES_VERSION</c> decides, and without it the newest that is at hand.
    /// </summary>
    public int? Version { get; set; }

    /// <summary>
    /// The one source to use: <c>connection</c>, <c>binaries</c>, <c>npm</c> or the name of
    /// <see cref="AdditionalSource"/>. Default <see langword="null"/>: the environment variable
    /// <c>PGNOTIFY_POSTGRES_SOURCE</c> decides, and without it all are tried in order.
    /// </summary>
    public string? Source { get; set; }

    /// <summary>
    /// A source of the caller's, tried after the connection string of the environment and before the binaries on this
    /// machine. Default <see langword="null"/>.
    /// </summary>
    public IPostgresSource? AdditionalSource { get; set; }

    /// <summary>
    /// Whether only a server of one's own will do, one that can be stopped, paused and killed: a connection string
    /// given by <c>PGNOTIFY_TEST_CONNECTION</c> is then passed over. Default <see langword="false"/>; implied by
    /// <see cref="Version"/>, <see cref="Settings"/>, <see cref="AccessRules"/>, <see cref="Durable"/>,
    /// <see cref="StandbyOf"/> and an <see cref="Encoding"/> other than UTF8.
    /// </summary>
    public bool Owned { get; set; }

    /// <summary>Whether commits survive a crash of the machine (<c>fsync</c>). Default <see langword="false"/>.</summary>
    public bool Durable { get; set; }

    /// <summary>The encoding of the databases, by PostgreSQL's name for it. Default <c>UTF8</c>.</summary>
    public string Encoding { get; set; } = "UTF8";

    /// <summary>
    /// More lines for <c>postgresql.conf</c>, by name; values are quoted as needed. They win over the settings made
    /// here. <c>port</c>, <c>listen_addresses</c>, <c>data_directory</c> and <c>hba_file</c> cannot be set.
    /// </summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Lines for <c>pg_hba.conf</c>, placed before the default ones, which ask for a password (SCRAM) on loopback and
    /// admit nobody else.
    /// </summary>
    public IList<string> AccessRules { get; } = new List<string>();

    /// <summary>
    /// A running server of this process's own to copy and to follow as a streaming standby, until it is promoted
    /// (<c>SELECT pg_promote()</c>). The standby has the same major version, superuser and password. Default
    /// <see langword="null"/>: a server with data of its own. Needs <c>pg_basebackup</c> beside the server's binaries.
    /// </summary>
    public PostgresServer? StandbyOf { get; set; }

    /// <summary>How long a start may take, without a download. Default 60 seconds; 1 second to 1 hour.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(60);

    internal bool NeedsOwnServer =>
        Owned || Durable || StandbyOf is not null || Settings.Count > 0 || AccessRules.Count > 0
        || !string.Equals(Encoding, "UTF8", StringComparison.OrdinalIgnoreCase);

    internal PostgresServerOptions ValidatedWithEnvironment()
    {
        var copy = new PostgresServerOptions
        {
            Version = Version ?? StandbyOf?.Major ?? VersionFromEnvironment(),
            Source = Source ?? EnvironmentVariables.Get(EnvironmentVariables.Source),
            AdditionalSource = AdditionalSource,
            // A version asked for in code must be met; the environment's only chooses among what can be started.
            Owned = Owned || Version is not null,
            Durable = Durable,
            Encoding = Encoding,
            StandbyOf = StandbyOf,
            StartTimeout = StartTimeout,
        };
        foreach (var (name, value) in Settings)
            copy.Settings.Add(ServerConfiguration.CheckedName(name), ServerConfiguration.CheckedValue(name, value));
        foreach (var rule in AccessRules)
            copy.AccessRules.Add(ServerConfiguration.CheckedRule(rule));
        if (StandbyOf is { IsOwned: false })
            throw new ArgumentException("PostgresServerOptions.StandbyOf must be a server that belongs to this process.");
        if (string.IsNullOrEmpty(Encoding) || !Encoding.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            throw new ArgumentException("PostgresServerOptions.Encoding must be a name such as UTF8 or SQL_ASCII.");
        if (StartTimeout < TimeSpan.FromSeconds(1) || StartTimeout > TimeSpan.FromHours(1))
            throw new ArgumentException("PostgresServerOptions.StartTimeout must be from 1 second to 1 hour.");
        return copy;
    }

    static int? VersionFromEnvironment()
    {
        if (EnvironmentVariables.Get(EnvironmentVariables.Version) is not { } text)
            return null;
        return int.TryParse(text, System.Globalization.NumberStyles.None, null, out var major) && major >= 10
            ? major
            : throw new PostgresServerException(
                $"{EnvironmentVariables.Version} is '{text}': it must be a major version such as 17.");
    }
}
