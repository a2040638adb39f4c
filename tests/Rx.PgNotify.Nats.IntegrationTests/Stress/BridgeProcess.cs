using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>A bridge that runs as a process of its own, to be killed and stopped, on lines that fail.</summary>
sealed class BridgeProcess : IAsyncDisposable
{
    readonly Findings _findings;
    readonly (string Name, string Value)[] _variables;
    ChildProgram? _program;
    Task _reading = Task.CompletedTask;

    // The latest line that it has printed, and whether its end is intended.
    volatile string _state = "";
    volatile bool _isEnding;

    /// <param name="name">Tells it from the other one.</param>
    /// <param name="postgres">How to connect to the server.</param>
    /// <param name="nats">The other end.</param>
    /// <param name="prefix">Of the subjects.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="findings">Where to report that it has ended by itself.</param>
    public BridgeProcess(string name, string postgres, NatsServer nats, string prefix, BridgeProcessOptions options, Findings findings)
    {
        _findings = findings;
        Name = name;
        Application = UniqueChannel.Name(name);
        Postgres = FaultProxy.Start(postgres);
        Nats = FaultProxy.Start("127.0.0.1", nats.Port);
        _variables =
        [
            ("BRIDGE_CONNECTION", new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { ApplicationName = Application, Timeout = 2 }.ConnectionString),
            ("BRIDGE_NATS", string.Create(CultureInfo.InvariantCulture, $"nats://{Nats.Host}:{Nats.Port}")),
            ("BRIDGE_PREFIX", prefix),
            ("BRIDGE_HEARTBEAT", options.Heartbeat.TotalSeconds.ToString(CultureInfo.InvariantCulture)),
            ("BRIDGE_CHANNELS", string.Join(',', options.Channels)),
            ("BRIDGE_CAPACITY", options.Capacity.ToString(CultureInfo.InvariantCulture)),
        ];
    }

    public string Name { get; }

    /// <summary>Tells its backends from all others.</summary>
    public string Application { get; }

    /// <summary>The line to PostgreSQL.</summary>
    public FaultProxy Postgres { get; }

    /// <summary>The line to NATS.</summary>
    public FaultProxy Nats { get; }

    /// <summary>What it last said of itself; empty if it does not run.</summary>
    public string State => _state;

    public bool IsAtWork => string.Equals(_state, nameof(BridgeState.AtWork), StringComparison.Ordinal);

    public bool StandsBy => string.Equals(_state, nameof(BridgeState.StandingBy), StringComparison.Ordinal);

    public void Start()
    {
        _isEnding = false;
        _program = ChildProgram.Start("bridge", _variables);
        _reading = ReadAsync(_program);
    }

    public async Task KillAsync()
    {
        _isEnding = true;
        await _program!.DisposeAsync();
        _program = null;
        await _reading;
        _state = "";
    }

    /// <summary>Stops it as if the machine stood still.</summary>
    public Task PauseAsync() => _program!.SignalAsync("STOP");

    /// <summary>Lets it go on.</summary>
    public Task ResumeAsync() => _program!.SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
            await KillAsync();
        await Postgres.DisposeAsync();
        await Nats.DisposeAsync();
    }

    async Task ReadAsync(ChildProgram program)
    {
        try
        {
            while (await ReadLineAsync(program) is { } line)
                _state = line;
            if (!_isEnding)
                _findings.Violate($"The bridge {Name} has ended by itself: {await program.Errors}");
        }
        catch (Exception e) when (_isEnding && e is ObjectDisposedException or InvalidOperationException)
        {
            // It was killed.
        }
    }

    static async Task<string?> ReadLineAsync(ChildProgram program)
    {
        while (true)
        {
            try
            {
                return await program.ReadLineAsync();
            }
            catch (OperationCanceledException)
            {
                // It has had nothing to say for long.
            }
        }
    }
}
