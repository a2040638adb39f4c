using System.Diagnostics;
using System.Text;

namespace Rx.PgNotify.TestFixtures;

/// <summary>Commands of the SDK that runs these tests, and what they make, in a folder outside the repository.</summary>
static class SdkCommand
{
    static readonly TimeSpan s_longest = TimeSpan.FromMinutes(15);

    internal static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>How to start the SDK, or a program.</summary>
    internal static ProcessStartInfo StartInfo(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        // Those of the SDK that runs these tests; and nothing is to stay behind: a compiler that runs on has to be asked for.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment.TryAdd("UseSharedCompilation", "false");
        if (Path.GetDirectoryName(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")) is { Length: > 0 } dotnet)
            start.Environment["DOTNET_ROOT"] = dotnet;
        return start;
    }

    /// <summary>Waits for its end, and ends it if that takes too long.</summary>
    internal static async Task<(int ExitCode, string Output, string Errors)> RunToEndAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(s_longest);
            await process.WaitForExitAsync().WaitAsync(s_longest);
            return (process.ExitCode, output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
