using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>
/// How a listener or a notifier connects: with a connection string of its own, given or named by its section, or else like
/// the registered data source of the same key.
/// </summary>
sealed class ConnectionChoice(string? connectionString, IConfiguration? section, object? serviceKey) : IConnectionChoice
{
    const string ConnectionString = "ConnectionString";
    const string ConnectionStringName = "ConnectionStringName";

    public IReadOnlyList<string> Keys { get; } = [ConnectionString, ConnectionStringName];

    public bool IsNamed => connectionString is not null || Keys.Any(key => section?[key] is not null);

    internal T Create<T>(IServiceProvider services, Func<string, T> ofConnectionString, Func<NpgsqlDataSource, T> ofDataSource) =>
        Find(services) is { } own ? ofConnectionString(own) : ofDataSource(FindDataSource(services)!);

    public IEnumerable<string> FindErrors(IServiceProvider services) => FindError(services) is { } error ? [error] : [];

    string? FindError(IServiceProvider services)
    {
        if (section?[ConnectionString] is not null && section[ConnectionStringName] is not null)
            return $"{KeyOf(ConnectionString)} and {KeyOf(ConnectionStringName)} are both set; one of them has to go.";
        if (Find(services) is { } own)
            return FindComplaint(own) is { } complaint ? $"{Origin} can't be used: {complaint}" : null;
        if (section?[ConnectionStringName] is { } name)
            return IsQuotable(name)
                ? $"{KeyOf(ConnectionStringName)} names '{name}', and ConnectionStrings:{name} is not set."
                : $"{KeyOf(ConnectionStringName)} is no name of one of ConnectionStrings; a connection string itself belongs to {KeyOf(ConnectionString)}.";
        return FindDataSource(services) is null
            ? $"There is nothing to connect to: no NpgsqlDataSource is registered{(serviceKey is null ? "" : $" with the key '{serviceKey}'")}"
                + (section is null ? ", and no connection string is given." : $", and neither {KeyOf(ConnectionString)} nor {KeyOf(ConnectionStringName)} is set.")
            : null;
    }

    string Origin => (connectionString, section?[ConnectionStringName]) switch
    {
        ({ }, _) => "The connection string that was given",
        (_, { } name) => $"ConnectionStrings:{name}",
        _ => KeyOf(ConnectionString),
    };

    string? Find(IServiceProvider services) =>
        connectionString
        ?? section?[ConnectionString]
        ?? (section?[ConnectionStringName] is { } name ? services.GetService<IConfiguration>()?.GetConnectionString(name) : null);

    NpgsqlDataSource? FindDataSource(IServiceProvider services) =>
        serviceKey is null ? services.GetService<NpgsqlDataSource>() : services.GetKeyedService<NpgsqlDataSource>(serviceKey);

    string KeyOf(string name) => ConfigurationKey.Of(section, name);

    // A connection string, or a URI, that was put where its name belongs is not quoted either.
    static bool IsQuotable(string name) => name.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or ' ');

    static string? FindComplaint(string connectionString)
    {
        try
        {
            _ = Connections.ConnectionString.Parse(connectionString);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}
