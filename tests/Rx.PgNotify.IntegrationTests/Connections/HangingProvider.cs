using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>Knows the password of the shared server, but does not answer the first times until it is released.</summary>
sealed class HangingProvider(HangingProviderTests.Hang hang, int times)
{
    readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _asked;

    public int Asked => Volatile.Read(ref _asked);

    public Task UntilAskedAsync() => Eventually.IsTrueAsync(() => Asked > 0);

    public void Release() => _released.TrySetResult();

#pragma warning disable IDE0060 // what it ignores is the point
    public async ValueTask<string> GetAsync(NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
#pragma warning restore IDE0060
    {
        if (Interlocked.Increment(ref _asked) > times)
            return PasswordlessSource.Password;
        if (hang == HangingProviderTests.Hang.BlockingItsThread)
            _released.Task.Wait(CancellationToken.None);
        else
            await _released.Task;
        return PasswordlessSource.Password;
    }
}
