using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>The change tokens of a channel: at any time at most one that is not changed yet, which all get who ask for one.</summary>
/// <remarks>
/// <c>_gate</c> guards all fields and <see cref="ChannelChangeToken.Registrations"/>. Under it nothing is subscribed to, disposed
/// or called back, since that may run foreign code: a scheduler of the listener's, a callback. What a subscription that is not
/// <c>_subscription</c> any more still reports is nothing to anybody.
/// </remarks>
/// <param name="signals">The channel's.</param>
/// <param name="abandoned">Called when the channel is left. It may be asked for tokens afterwards, too.</param>
sealed class ChannelChanges(IObservable<ChannelSignal> signals, Action<ChannelChanges> abandoned)
{
    // The listener's own delays grow with failed attempts; this one is for a channel that is refused and for a callback that throws.
    static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    readonly Lock _gate = new();
    TimeSpan _linger;
    ChannelChangeToken? _current;

    // A signal came while there was no token.
    bool _hasMissed;

    // Null: nothing is heard of the channel. The first signal of the next subscription is a Resync, which makes up for that.
    Subscription? _subscription;

    // A token was asked for, or a registration ended, since the linger was looked at.
    bool _wasUsed;

    internal ChannelChangeToken Token(TimeSpan linger)
    {
        Subscription? begun = null;
        ChannelChangeToken token;
        bool isLate;
        lock (_gate)
        {
            _wasUsed = true;
            if (linger > _linger)
                _linger = linger;
            if (_subscription is null)
                _subscription = begun = new Subscription(this);
            isLate = _hasMissed;
            _hasMissed = false;
            // The one that has missed a signal is nobody else's: the next one who asks reads later.
            token = isLate ? new ChannelChangeToken(this) : _current ??= new ChannelChangeToken(this);
        }

        if (isLate)
            token.Change();
        begun?.Begin(signals, linger);
        return token;
    }

    internal void Register(ChannelChangeToken token)
    {
        lock (_gate)
            token.Registrations++;
    }

    internal void Unregister(ChannelChangeToken token)
    {
        lock (_gate)
        {
            token.Registrations--;
            _wasUsed = true;
        }
    }

    void Change(Subscription subscription)
    {
        ChannelChangeToken? token;
        lock (_gate)
        {
            if (_subscription != subscription)
                return;
            token = _current;
            _current = null;
            _hasMissed = token is null;
        }

        try
        {
            token?.Change();
        }
        catch
        {
            // The listener ends this subscription and reports the exception. What comes meanwhile is made up for by a Resync.
            Restart(subscription);
            throw;
        }
    }

    void Restart(Subscription ended)
    {
        Subscription next;
        TimeSpan linger;
        lock (_gate)
        {
            if (_subscription != ended)
                return;
            _subscription = next = new Subscription(this);
            (_hasMissed, linger) = (false, _linger);
        }

        ended.Dispose();
        next.BeginAfter(s_retryDelay, signals, linger);
    }

    // When nobody has used it for the linger, and nobody waits for a change.
    void LookAtLinger(Subscription subscription)
    {
        ChannelChangeToken? left = null;
        TimeSpan? again = null;
        lock (_gate)
        {
            if (_subscription != subscription)
                return;
            if (_wasUsed || _current is { Registrations: > 0 })
            {
                (_wasUsed, again) = (false, _linger);
            }
            else
            {
                (left, _current, _subscription, _hasMissed) = (_current, null, null, false);
            }
        }

        if (again is { } linger)
        {
            subscription.LookAtLingerAfter(linger);
            return;
        }

        subscription.Dispose();
        abandoned(this);
        // From here on it would not hear of a change.
        left?.Change();
    }

    void Complete(Subscription subscription)
    {
        lock (_gate)
        {
            if (_subscription != subscription)
                return;
            _subscription = null;
        }

        subscription.Dispose();
    }

    sealed class Subscription(ChannelChanges changes) : IObserver<ChannelSignal>, IDisposable
    {
        readonly SingleAssignmentDisposable _signals = new();
        readonly SerialDisposable _timer = new();

        public void OnNext(ChannelSignal value) => changes.Change(this);

        public void OnError(Exception error) => changes.Restart(this);

        public void OnCompleted() => changes.Complete(this);

        public void Dispose()
        {
            _signals.Dispose();
            _timer.Dispose();
        }

        internal void Begin(IObservable<ChannelSignal> signals, TimeSpan linger)
        {
            try
            {
                _signals.Disposable = signals.Subscribe(this);
            }
            catch (ObjectDisposedException)
            {
                changes.Complete(this);
                throw;
            }

            LookAtLingerAfter(linger);
        }

        internal void BeginAfter(TimeSpan delay, IObservable<ChannelSignal> signals, TimeSpan linger) => Schedule(delay, () =>
        {
            try
            {
                Begin(signals, linger);
            }
            catch (ObjectDisposedException)
            {
                // The listener was disposed meanwhile: its tokens stay as they are.
            }
        });

        internal void LookAtLingerAfter(TimeSpan linger) => Schedule(linger, () => changes.LookAtLinger(this));

        // A timer would keep the context of whoever asked for the first token.
        void Schedule(TimeSpan delay, Action action)
        {
            using (ExecutionContext.IsFlowSuppressed() ? default(IDisposable) : ExecutionContext.SuppressFlow())
                _timer.Disposable = Scheduler.Default.Schedule(delay, action);
        }
    }
}
