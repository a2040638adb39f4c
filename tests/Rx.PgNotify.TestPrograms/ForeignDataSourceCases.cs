using System.Net.Security;
using Npgsql;

namespace Rx.PgNotify.TestPrograms;

/// <summary>What a data source was built with throws once, at the first attempt to connect or at the first one after a break.</summary>
static class ForeignDataSourceCases
{
    static readonly TimeSpan s_refresh = TimeSpan.FromMilliseconds(20);

    // How to build it, given what throws when it has to.
    static readonly (string Name, Action<NpgsqlDataSourceBuilder, string, Action> Build)[] s_ways =
    [
        ("UsePasswordProvider", (builder, password, pass) => builder.UsePasswordProvider(
            _ => throw new NotSupportedException(),
            (_, _) =>
            {
                pass();
                return ValueTask.FromResult(password);
            })),
        ("UsePeriodicPasswordProvider", (builder, password, pass) => builder.UsePeriodicPasswordProvider(
            (_, _) =>
            {
                pass();
                return ValueTask.FromResult(password);
            },
            s_refresh,
            s_refresh)),
        ("UsePhysicalConnectionInitializer", (builder, password, pass) =>
        {
            builder.ConnectionStringBuilder.Password = password;
            builder.UsePhysicalConnectionInitializer(_ => throw new NotSupportedException(), _ =>
            {
                pass();
                return Task.CompletedTask;
            });
        }),
        ("UseSslClientAuthenticationOptionsCallback", (builder, password, pass) =>
        {
            Encrypt(builder, password);
            builder.UseSslClientAuthenticationOptionsCallback(_ => pass());
        }),
        ("a RemoteCertificateValidationCallback", (builder, password, pass) =>
        {
            Encrypt(builder, password);
            builder.UseSslClientAuthenticationOptionsCallback(options => options.RemoteCertificateValidationCallback = (sender, _, _, _) =>
            {
                pass();
                return sender is SslStream; // a certificate of the test's own
            });
        }),
    ];

    internal static IEnumerable<(string Name, Func<Task<string>> Run)> All(ForeignServer server) => s_ways.SelectMany(way => new[] { true, false }
        .Select(isFirst => ($"{way.Name}, {(isFirst ? "first attempt" : "reconnect")}", (Func<Task<string>>)(() => RunAsync(server, way.Build, isFirst)))));

    static void Encrypt(NpgsqlDataSourceBuilder builder, string password)
    {
        builder.ConnectionStringBuilder.Password = password;
        builder.ConnectionStringBuilder.SslMode = SslMode.Require;
    }

    static async Task<string> RunAsync(ForeignServer server, Action<NpgsqlDataSourceBuilder, string, Action> build, bool isFirst)
    {
        var application = ForeignServer.UniqueName();
        var builder = new NpgsqlDataSourceBuilder(server.Named(application));
        var password = builder.ConnectionStringBuilder.Password!;
        builder.ConnectionStringBuilder.Password = null;
        var (toThrow, thrown) = (isFirst ? 1 : 0, 0);
        build(builder, password, () =>
        {
            if (Interlocked.Decrement(ref toThrow) < 0)
                return;
            Interlocked.Increment(ref thrown);
            throw new FormatException(ForeignProgram.Thrown);
        });
        await using var dataSource = builder.Build();
        await using var listener = new PgListener(dataSource, new PgListenerOptions { ReconnectDelay = s_refresh });
        var bystander = await server.JoinAsync(listener);
        if (!isFirst)
        {
            Interlocked.Exchange(ref toThrow, 1);
            await server.KillAsync(application);
            await bystander.IsResynchronizedAsync();
        }

        var outcome = await bystander.IsServedAsync();
        return thrown == 1 ? outcome : $"thrown {thrown} times";
    }
}
