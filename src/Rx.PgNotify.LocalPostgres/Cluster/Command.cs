using System.Diagnostics;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>Programs that are run to their end for what they do or print.</summary>
static class Command
{
    /// <summary>The path of a program on the PATH.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    /// <summary>Runs a program and returns what it wrote to both outputs. On cancellation it is killed first.</summary>
    /// <exception cref="SourceUnavailableException">It could not be started, or took too long.</exception>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        IReadOnlyList<string> command, string workingFolder, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var process = Start(command, workingFolder);
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return (process.ExitCode, await output.ConfigureAwait(false) + await errors.ConfigureAwait(false));
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SourceUnavailableException($"{command[0]} did not end within {timeout.TotalSeconds} s.", e);
        }
    }

    /// <summary>
    /// Starts a program with pipes for its three streams: one that has the terminal makes .NET reconfigure it.
    /// </summary>
    public static Process Start(IReadOnlyList<string> command, string workingFolder)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = workingFolder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SourceUnavailableException($"{command[0]} cannot be started: {e.Message}", e);
        }
    }

    /// <summary>The last words of an output, on one line.</summary>
    public static string OneLine(string output)
    {
        var line = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 400 ? line : "…" + line[^400..];
    }
}
