using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>What people write: a connection, LISTEN for each channel, and <c>WaitAsync</c> for ever.</summary>
abstract class WaitLoop(string connectionString) : IReceiver
{
    NpgsqlConnection? _connection;
    Task _loop = Task.CompletedTask;

    public async Task ListenAsync(IReadOnlyList<string> channels, int subscribers, Tally tally)
    {
        _connection = new NpgsqlConnection(connectionString);
        await _connection.OpenAsync();
        Attach(_connection, channels, subscribers, tally);
        foreach (var channel in channels)
        {
            await using var listen = new NpgsqlCommand($"LISTEN \"{channel}\"", _connection);
            await listen.ExecuteNonQueryAsync();
        }

        _loop = WaitAsync(_connection);
    }

    public Task<Task> ExpectLossAsync() => throw new NotSupportedException("A plain loop does not reconnect.");

    // From outside: a loop without a cancellation token, which would cost each wait something, ends only with its connection.
    public async Task CloseAsync()
    {
        await using var other = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await other.OpenAsync();
        await using var terminate = new NpgsqlCommand(
            string.Create(CultureInfo.InvariantCulture, $"SELECT pg_terminate_backend({_connection!.ProcessID})"), other);
        await terminate.ExecuteNonQueryAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Detach();
        await _connection.DisposeAsync();
    }

    protected abstract void Attach(NpgsqlConnection connection, IReadOnlyList<string> channels, int subscribers, Tally tally);

    protected abstract void Detach();

    static async Task WaitAsync(NpgsqlConnection connection)
    {
        while (true)
            await connection.WaitAsync();
    }
}
