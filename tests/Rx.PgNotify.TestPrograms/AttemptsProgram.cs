using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// Connects, loses its backend, and is refused 500 times, each time with a fresh token of a password provider. Prints what
/// there is before and after that: Npgsql's metric points, the heap's bytes, and how many of the tokens are still in memory.
/// </summary>
static class AttemptsProgram
{
    const int WarmUp = 20;
    const int Attempts = 500;
    const int TokenLength = 2_000; // as those of clouds are

    static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(1);

    internal static async Task<int> RunAsync()
    {
        var connection = new NpgsqlConnectionStringBuilder(Environment.GetEnvironmentVariable("ATTEMPTS_CONNECTION"))
        {
            ApplicationName = $"attempts_{Guid.NewGuid():N}",
            Pooling = false,
        };
        var application = connection.ApplicationName;
        using var points = new NpgsqlPoints(application);
        var tokens = new Tokens(connection.Password!, points);
        connection.Password = null;
        await using var dataSource = new NpgsqlDataSourceBuilder(connection.ConnectionString)
            .UsePasswordProvider(_ => throw new NotSupportedException(), (_, _) => ValueTask.FromResult(tokens.Next())).Build();
        if (Environment.GetEnvironmentVariable("ATTEMPTS_CLIENT") == "Listener")
            await ListenAsync(dataSource, application);
        else
            await SendAsync(dataSource, application);
        return 0;
    }

    static async Task ListenAsync(NpgsqlDataSource dataSource, string application)
    {
        await using var listener = new PgListener(dataSource, new PgListenerOptions { ReconnectDelay = s_delay, MaxReconnectDelay = s_delay });
        var resyncs = new SemaphoreSlim(0);
        using var subscription = listener.Channel(application).Signals.Subscribe(_ => resyncs.Release()); // others notify "a"
        await resyncs.WaitAsync();
        await KillAsync(application);
        await resyncs.WaitAsync();
    }

    static async Task SendAsync(NpgsqlDataSource dataSource, string application)
    {
        await using var notifier = new PgNotifier(
            dataSource, new PgNotifierOptions { ReconnectDelay = s_delay, MaxReconnectDelay = s_delay, SendTimeout = null });
        await notifier.NotifyAsync("a");
        await KillAsync(application);
        await Task.Delay(TimeSpan.FromMilliseconds(200)); // a line that was used just now is not asked whether it lives
        await notifier.NotifyAsync("a");
    }

    static async Task KillAsync(string application)
    {
        await using var dataSource = NpgsqlDataSource.Create(Environment.GetEnvironmentVariable("ATTEMPTS_CONNECTION")!);
        await using var command = dataSource.CreateCommand(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1");
        command.Parameters.AddWithValue(application);
        await command.ExecuteScalarAsync();
    }

    // Attempts come one after the other.
    sealed class Tokens(string right, NpgsqlPoints points)
    {
        readonly List<WeakReference> _tokens = [];

        internal string Next()
        {
            var attempt = _tokens.Count;
            if (attempt == WarmUp)
                Print("before");
            if (attempt == WarmUp + Attempts)
                Print("after");
            var token = attempt is 0 or WarmUp + Attempts ? right : Fresh();
            _tokens.Add(new WeakReference(token == right ? null : token));
            return token;
        }

        static string Fresh() => $"{Guid.NewGuid():N}".PadRight(TokenLength, 'x');

        void Print(string when)
        {
            var heap = GC.GetTotalMemory(forceFullCollection: true);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{when} {points.Count()} {heap} {_tokens.Count(token => token.IsAlive)}"));
        }
    }
}
