using System.Reactive.Disposables;
using Microsoft.Extensions.Primitives;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>A token that is changed once.</summary>
/// <param name="changes">Counts its registrations.</param>
#pragma warning disable CA1001 // without a timer and without a wait handle there is nothing in it to dispose of
sealed class ChannelChangeToken(ChannelChanges changes) : IChangeToken
#pragma warning restore CA1001
{
    readonly CancellationTokenSource _changed = new();

    public bool HasChanged => _changed.IsCancellationRequested;

    public bool ActiveChangeCallbacks => true;

    /// <summary>How many callbacks are registered; <see cref="ChannelChanges"/> guards it.</summary>
    internal int Registrations { get; set; }

    public IDisposable RegisterChangeCallback(Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        // Counted before it is registered: where no registration is counted, changing the token calls nobody.
        changes.Register(this);
        // Unsafe: without the context of who registers, which would live as long as the registration.
        var registration = _changed.Token.UnsafeRegister(callback, state);
        return Disposable.Create(() =>
        {
            registration.Dispose();
            changes.Unregister(this);
        });
    }

    /// <summary>Calls what is registered. If a callback throws, the others are called first.</summary>
    internal void Change() => _changed.Cancel();
}
