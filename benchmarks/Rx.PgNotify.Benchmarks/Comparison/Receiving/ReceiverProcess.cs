using System.Diagnostics;
using System.Globalization;

namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>A receiver in a process of its own, which sleeps while others have their turn.</summary>
sealed class ReceiverProcess : IAsyncDisposable
{
    // Far more than any step takes: a receiver that lost a notification ends the comparison with an error.
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    readonly Process _process;

    ReceiverProcess(ReceiverKind kind, Process process)
    {
        Kind = kind;
        _process = process;
    }

    public ReceiverKind Kind { get; }

    /// <summary>Starts a receiver of .NET: this program in another mode.</summary>
    public static ReceiverProcess StartDotNet(ReceiverKind kind, string connectionString)
    {
        var host = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [typeof(ReceiverProcess).Assembly.Location] : [];
        return Start(kind, new ProcessStartInfo(host, [.. program, "receive", kind.ToString()])
        {
            Environment = { [ReceiveProgram.ConnectionVariable] = connectionString },
        });
    }

    public static ReceiverProcess Start(ReceiverKind kind, ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        return new ReceiverProcess(kind, Process.Start(start)!);
    }

    /// <returns>When the server had acknowledged every channel.</returns>
    public async Task<long> ListenAsync(string prefix, int channels, int subscribers = 1)
    {
        Say($"listen {prefix} {channels} {subscribers}");
        return (await HearAsync("listening"))[0];
    }

    /// <summary>Begins to count; completes when the receiver is ready for the first one.</summary>
    public async Task ExpectAsync(int each, bool keepTimes = false)
    {
        Say($"expect {each} {(keepTimes ? 1 : 0)}");
        await HearAsync("ready");
    }

    /// <summary>Completes when all that was expected has arrived.</summary>
    public async Task<Receipt> ReceiveAsync()
    {
        var numbers = await HearAsync("done");
        return new Receipt(numbers[0], numbers[1], numbers[2], numbers[3..]);
    }

    public async Task ExpectLossAsync()
    {
        Say($"lose");
        await HearAsync("ready");
    }

    /// <returns>When every channel was listened to again.</returns>
    public async Task<long> ListenedAgainAsync() => (await HearAsync("listening"))[0];

    /// <summary>How often it asks for a sign of life, from the next connection on.</summary>
    public async Task SetHeartbeatAsync(int seconds)
    {
        Say($"heartbeat {seconds}");
        await HearAsync("set");
    }

    /// <returns>CPU time in nanoseconds, and allocated bytes, since the process began.</returns>
    public async Task<(long Cpu, long Bytes)> UsageAsync()
    {
        Say($"usage");
        var numbers = await HearAsync("usage");
        return (numbers[0], numbers[1]);
    }

    /// <summary>Closes the connection.</summary>
    public async Task CloseAsync()
    {
        Say($"close");
        await HearAsync("closed");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(s_deadline);
        await _process.WaitForExitAsync(deadline.Token);
        _process.Dispose();
    }

    void Say(FormattableString command)
    {
        _process.StandardInput.WriteLine(command.ToString(CultureInfo.InvariantCulture));
        _process.StandardInput.Flush();
    }

    async Task<long[]> HearAsync(string word)
    {
        var answer = await _process.StandardOutput.ReadLineAsync().WaitAsync(s_deadline);
        var words = answer?.Split(' ') ?? [];
        if (words is not [var first, .. var numbers] || first != word)
            throw new InvalidOperationException($"The receiver {Kind} said '{answer}' instead of '{word}'.");
        return Array.ConvertAll(numbers, number => long.Parse(number, CultureInfo.InvariantCulture));
    }
}
