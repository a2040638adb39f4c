using System.ComponentModel;
using System.Diagnostics;
using Npgsql;

namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>The receiver in C, compiled on the spot where a compiler and libpq's headers are at hand.</summary>
sealed class LibpqProgram : IDisposable
{
    readonly DirectoryInfo _folder;

    LibpqProgram(DirectoryInfo folder, string version)
    {
        _folder = folder;
        Version = version;
    }

    /// <summary>As <c>pg_config</c> states it.</summary>
    public string Version { get; }

    string Executable => Path.Combine(_folder.FullName, "receiver");

    /// <returns><see langword="null"/>, and why on the error output, if it can't be had here.</returns>
    public static async Task<LibpqProgram?> TryCompileAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            await Console.Error.WriteLineAsync("libpq is left out: only on Linux do C and .NET read the same clock.");
            return null;
        }

        var folder = Directory.CreateTempSubdirectory("rx-pgnotify-");
        try
        {
            var include = await RunAsync("pg_config", "--includedir");
            var library = await RunAsync("pg_config", "--libdir");
            var version = await RunAsync("pg_config", "--version");
            var program = new LibpqProgram(folder, version);
            var source = Path.ChangeExtension(program.Executable, ".c");
            await using (var text = typeof(LibpqProgram).Assembly.GetManifestResourceStream("receiver.c")!)
            await using (var file = File.Create(source))
                await text.CopyToAsync(file);
            await RunAsync("cc", "-O2", "-o", program.Executable, source, $"-I{include}", $"-L{library}", $"-Wl,-rpath,{library}", "-lpq");
            return program;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            folder.Delete(recursive: true);
            await Console.Error.WriteLineAsync($"libpq is left out, as it needs cc, pg_config and libpq's headers: {e.Message}");
            return null;
        }
    }

    public ReceiverProcess Start(NpgsqlConnectionStringBuilder connection) =>
        ReceiverProcess.Start(ReceiverKind.Libpq, new ProcessStartInfo(Executable)
        {
            Environment =
            {
                ["PGHOST"] = connection.Host,
                ["PGPORT"] = $"{connection.Port}",
                ["PGUSER"] = connection.Username,
                ["PGPASSWORD"] = connection.Password,
                ["PGDATABASE"] = connection.Database,
            },
        });

    public void Dispose() => _folder.Delete(recursive: true);

    static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"{program} failed: {(await errors).Trim()}");
    }
}
