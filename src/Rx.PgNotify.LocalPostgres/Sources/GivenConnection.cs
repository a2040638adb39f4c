using Npgsql;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>A server that runs already and was named by a connection string. It is used as it is.</summary>
sealed class GivenConnection : IPostgresSource
{
    public string Name => "connection";

    public Task<IPostgresInstance> StartAsync(PostgresServerOptions options, CancellationToken cancellationToken)
    {
        if (EnvironmentVariables.Get(EnvironmentVariables.Connection) is not { } text)
            throw new SourceUnavailableException($"{EnvironmentVariables.Connection} is not set.");
        if (options.NeedsOwnServer)
        {
            throw new SourceUnavailableException(
                $"{EnvironmentVariables.Connection} is set, but a server of its own was asked for.");
        }

        if (!IsConnectionString(text))
        {
            throw new PostgresServerException(
                $"{EnvironmentVariables.Connection} is not an Npgsql connection string such as 'Host=localhost;Username=postgres'.");
        }

        return Task.FromResult<IPostgresInstance>(new Instance(text));
    }

    // What the builder says of a bad one stays here: it may quote the text, and with it a password.
    static bool IsConnectionString(string text)
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder(text);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    sealed class Instance(string connectionString) : IPostgresInstance
    {
        public string ConnectionString { get; } = connectionString;

        public string Source => $"the connection string in {EnvironmentVariables.Connection}";

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
