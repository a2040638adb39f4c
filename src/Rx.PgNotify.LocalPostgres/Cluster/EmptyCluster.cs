using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>
/// A data directory without any data. Where a process starts several servers, the second one and all that follow are copies of one that
/// <c>initdb</c> made: a copy takes a fifth of its time.
/// </summary>
/// <remarks>The copies share the system identifier and the password, which are drawn for each process.</remarks>
[UnsupportedOSPlatform("windows")]
static class EmptyCluster
{
    internal const string User = "postgres";

    // For each kind of which there was one: null, until a second one needs a template. The dictionary is its own lock.
    static readonly Dictionary<(string Binaries, string Encoding), Task<string>?> s_templates = [];

    /// <summary>The superuser's.</summary>
    internal static string Password { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    /// <summary>Makes one.</summary>
    /// <param name="binaries">Whose <c>initdb</c> makes it.</param>
    /// <param name="account">Whose it is.</param>
    /// <param name="options">Its encoding, and how long it may take.</param>
    /// <param name="data">Where: a folder that is not there yet, in one of its own.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task CreateAsync(
        PostgresBinaries binaries, ServerAccount account, PostgresServerOptions options, string data, CancellationToken cancellationToken)
    {
        if (!TryGetTemplate(binaries, account, options, out var template))
        {
            await InitializeAsync(binaries, account, options, data, cancellationToken).ConfigureAwait(false);
            return;
        }

        var source = await template.WaitAsync(cancellationToken).ConfigureAwait(false);
        await RunAsync(
            "A copy of an empty cluster", account.Running("cp", "-pR", source, data), Path.GetDirectoryName(data)!, options, cancellationToken)
            .ConfigureAwait(false);
    }

    static bool TryGetTemplate(
        PostgresBinaries binaries, ServerAccount account, PostgresServerOptions options, [NotNullWhen(true)] out Task<string>? template)
    {
        var kind = (binaries.Folder, options.Encoding.ToUpperInvariant());
        lock (s_templates)
        {
            template = null;
            if (s_templates.TryAdd(kind, null))
                return false;
            template = s_templates[kind];
            if (template is null or { IsFaulted: true })
                s_templates[kind] = template = Task.Run(() => CreateTemplateAsync(binaries, account, options));
            return true;
        }
    }

    // Without the token of whoever is the first to need it: the others need it too.
    static async Task<string> CreateTemplateAsync(PostgresBinaries binaries, ServerAccount account, PostgresServerOptions options)
    {
        var folder = TemporaryFolder.Create(account);
        Janitor.Watch(folder); // removes it when this process has ended
        var data = Path.Combine(folder, "data");
        await InitializeAsync(binaries, account, options, data, CancellationToken.None).ConfigureAwait(false);
        return data;
    }

    static async Task InitializeAsync(
        PostgresBinaries binaries, ServerAccount account, PostgresServerOptions options, string data, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(data)!;
        var passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, Password, cancellationToken).ConfigureAwait(false);
        account.Own(passwordFile);
        await RunAsync(
            $"initdb of {binaries.Origin}",
            account.Running(
                Path.Combine(binaries.Folder, "initdb"), "-D", data, "-U", User, $"--pwfile={passwordFile}",
                "--auth=scram-sha-256", "--locale=C", $"--encoding={options.Encoding}", "--no-sync", "--no-instructions"),
            folder, options, cancellationToken).ConfigureAwait(false);
        File.Delete(passwordFile);
    }

    static async Task RunAsync(
        string what, IReadOnlyList<string> command, string folder, PostgresServerOptions options, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await Command.RunAsync(command, folder, options.StartTimeout, cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
        {
            throw new PostgresServerException(
                $"{what} failed (exit code {exitCode.ToString(CultureInfo.InvariantCulture)}):" + Environment.NewLine + output.TrimEnd());
        }
    }
}
