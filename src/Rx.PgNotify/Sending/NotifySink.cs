using System.Reactive.Disposables;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Sending;

/// <summary>Sends what it observes, and knows when all of it is committed.</summary>
/// <remarks>
/// <c>_open</c> counts what completion has to wait for: the source, and each send under way. <c>_failure</c> is set once, and
/// nothing is sent after it.
/// </remarks>
#pragma warning disable CA1001 // the subscription ends with the source, and a token source without timer and links needs no disposal
sealed class NotifySink(PgNotifier notifier, string channel, int capacity) : IObserver<string>
#pragma warning restore CA1001
{
    readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly SingleAssignmentDisposable _subscription = new();
    readonly CancellationTokenSource _withdraw = new();
    CancellationTokenRegistration _cancellation;
    int _open = 1;
    int _hasLeftSource;
    Exception? _failure;

    // Not an async method: that would keep the caller's ExecutionContext until the source terminates.
    internal Task RunAsync(IObservable<string> source, CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken.UnsafeRegister(
            static (sink, token) => ((NotifySink)sink!).Fail(new OperationCanceledException(token)), this);
        try
        {
            _subscription.Disposable = source.Subscribe(this);
        }
        catch (Exception e)
        {
            Fail(e);
        }

        return _completion.Task;
    }

    public void OnNext(string value)
    {
        if (Volatile.Read(ref _hasLeftSource) != 0)
            return;
        if (Volatile.Read(ref _open) > capacity)
        {
            Fail(new PgNotifierException(
                PgNotifierError.Overflow, $"The source is more than {capacity} values ahead of what could be committed."));
            return;
        }

        Interlocked.Increment(ref _open);
        using (SuppressedFlow.Begin())
            _ = SendAsync(value);
    }

    public void OnError(Exception error) => Fail(error);

    public void OnCompleted() => LeaveSource();

    async Task SendAsync(string value)
    {
        try
        {
            await notifier.NotifyAsync(channel, value, _withdraw.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            Close();
        }
    }

    void Fail(Exception failure)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) is not null)
            return;
        _withdraw.Cancel(); // runs nothing but the ends of sends
        LeaveSource();
    }

    void LeaveSource()
    {
        if (Interlocked.Exchange(ref _hasLeftSource, 1) != 0)
            return;
        try
        {
            _subscription.Dispose();
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
        }
        finally
        {
            Close();
        }
    }

    void Close()
    {
        if (Interlocked.Decrement(ref _open) != 0)
            return;
        _cancellation.Unregister();
        switch (_failure)
        {
            case null:
                _completion.SetResult();
                break;
            case OperationCanceledException e:
                _completion.SetCanceled(e.CancellationToken);
                break;
            default:
                _completion.SetException(_failure);
                break;
        }
    }
}
