using Npgsql;
using Rx.PgNotify.IntegrationTests.Stress;

namespace Rx.PgNotify.IntegrationTests.Connections;

[Parallelizable(ParallelScope.All)]
public class PasswordProviderTests
{
    static readonly TimeSpan s_refresh = TimeSpan.FromMilliseconds(20);

    [Test]
    public async Task AProvider_IsAskedForEachConnection([Values] ClientKind kind)
    {
        var application = UniqueChannel.Name();
        var asked = 0;
        await using var dataSource = PasswordlessSource.Builder(application).UsePasswordProvider(_ => throw new NotSupportedException(), (_, _) =>
        {
            Interlocked.Increment(ref asked);
            return ValueTask.FromResult(PasswordlessSource.Password);
        }).Build();
        await using var client = Client.Create(kind, dataSource);
        await client.UseAsync(TestServer.ConnectionString);
        Assert.That(asked, Is.EqualTo(1));
        await LoseAsync(application);
        await client.UseAsync(TestServer.ConnectionString);

        Assert.That(asked, Is.EqualTo(2));
    }

    [Test]
    public async Task AProviderThatMissesItsFileAtFirst_IsAskedAgain([Values] ClientKind kind)
    {
        var asked = 0;
        await using var dataSource = PasswordlessSource.Builder(UniqueChannel.Name()).UsePasswordProvider(_ => throw new NotSupportedException(), (_, _) =>
            Interlocked.Increment(ref asked) == 1
                ? throw new FileNotFoundException("Could not find file '/run/secrets/db'.", "/run/secrets/db")
                : ValueTask.FromResult(PasswordlessSource.Password)).Build();
        await using var client = Client.Create(kind, dataSource);
        await client.UseAsync(TestServer.ConnectionString);

        Assert.That(asked, Is.EqualTo(2));
    }

    [Test]
    public async Task WhatAPeriodicProviderGaveLast_IsThePassword([Values] ClientKind kind)
    {
        var application = UniqueChannel.Name();
        var password = PasswordlessSource.Password;
        var asked = 0;
        await using var dataSource = PasswordlessSource.Builder(application).UsePeriodicPasswordProvider(
            (_, _) =>
            {
                Interlocked.Increment(ref asked);
                return ValueTask.FromResult(Volatile.Read(ref password));
            },
            s_refresh,
            s_refresh).Build();
        var log = new LogRecorder();
        await using var client = Client.Create(kind, dataSource, new ClientOptions { LoggerFactory = log });
        await client.UseAsync(TestServer.ConnectionString);

        // As long as the password is being rotated, attempts fail and go on.
        await SetPasswordAsync("wrong");
        await LoseAsync(application);
        var use = client.UseAsync(TestServer.ConnectionString);
        await Eventually.IsTrueAsync(() => log.Text.Split(PostgresErrorCodes.InvalidPassword).Length > 3, expectation: "attempts should fail");
        Assert.That(use.IsCompleted, Is.False);
        await SetPasswordAsync(PasswordlessSource.Password);
        await use;

        async Task SetPasswordAsync(string value)
        {
            Volatile.Write(ref password, value);
            var before = Volatile.Read(ref asked);
            await Eventually.IsTrueAsync(() => Volatile.Read(ref asked) >= before + 2, expectation: "it should be asked again");
        }
    }

    // The pause is there for the notifier: it does not ask a line that it used just now whether it lives.
    static async Task LoseAsync(string application)
    {
        await Chaos.KillBackendAsync(application);
        await Task.Delay(TimeSpan.FromMilliseconds(150));
    }
}
