using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>The change tokens of a channel: at any time at most one that is not changed yet, which all get who ask for one.</summary>
/// <remarks>
/// <c>_gate</c> guards all fields and <see cref="ChannelChangeToken.Registrations"/>. Under it nothing is subscribed to, disposed
/// or called back, since that may run foreign code: a scheduler of the listener's, a callback. What a subscription that is not
/// <c>_subscription</c> any more still reports is nothing to anybody. <c>_lingerTimer</c> is set if and only if
/// <c>_subscription</c> is, and outlives the subscriptions that take each other's place after errors.
/// </remarks>
/// <param name="signals">The channel's.</param>
/// <param name="abandoned">Called when the channel is left. It may be asked for tokens afterwards, too.</param>
sealed class ChannelChanges(IObservable<ChannelSignal> signals, Action<ChannelChanges> abandoned)
{
    // The listener's own delays grow with failed attempts; this one is for a channel that is refused and for a callback that throws.
    static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    // However short the linger: while somebody waits for a change there is nothing to look at more often.
    static readonly TimeSpan s_shortestLook = TimeSpan.FromMilliseconds(100);

    readonly Lock _gate = new();
    TimeSpan _linger;
    ChannelChangeToken? _current;

    // A signal came while there was no token.
    bool _hasMissed;

    // Null: nothing is heard of the channel. The first signal of the next subscription is a Resync, which makes up for that.
    Subscription? _subscription;

    SingleAssignmentDisposable? _lingerTimer;

    // A token was asked for, or a registration ended, since the linger was looked at.
    bool _wasUsed;

    internal ChannelChangeToken Token(TimeSpan linger)
    {
        Subscription? begun = null;
        SingleAssignmentDisposable? lingerTimer = null;
        ChannelChangeToken token;
        bool isLate;
        lock (_gate)
        {
            _wasUsed = true;
            if (linger > _linger)
                _linger = linger;
            if (_subscription is null)
            {
                _subscription = begun = new Subscription(this);
                _lingerTimer = lingerTimer = new SingleAssignmentDisposable();
            }

            isLate = _hasMissed;
            _hasMissed = false;
            // The one that has missed a signal is nobody else's: the next one who asks reads later.
            token = isLate ? new ChannelChangeToken(this) : _current ??= new ChannelChangeToken(this);
        }

        if (isLate)
            token.Change();
        begun?.Begin(signals);
        if (lingerTimer is not null)
            LookAtLingerAfter(linger, lingerTimer);
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
        lock (_gate)
        {
            if (_subscription != ended)
                return;
            _subscription = next = new Subscription(this);
            _hasMissed = false;
        }

        ended.Dispose();
        next.BeginAfter(s_retryDelay, signals);
    }

    // When nobody has used it for the linger, and nobody waits for a change.
    void LookAtLinger(SingleAssignmentDisposable timer)
    {
        SingleAssignmentDisposable? next = null;
        Subscription? left = null;
        TimeSpan linger;
        lock (_gate)
        {
            if (_lingerTimer != timer)
                return;
            linger = _linger > s_shortestLook ? _linger : s_shortestLook;
            if (_wasUsed || _current is { Registrations: > 0 })
            {
                _wasUsed = false;
                _lingerTimer = next = new SingleAssignmentDisposable();
            }
            else
            {
                // From here on the token would see no change. Nobody is registered, so this calls nobody, although under the
                // lock; outside it somebody could have registered, and what his callback throws would have nowhere to go.
                _current?.Change();
                left = _subscription;
                (_current, _subscription, _lingerTimer, _hasMissed) = (null, null, null, false);
            }
        }

        if (next is not null)
        {
            LookAtLingerAfter(linger, next);
            return;
        }

        left?.Dispose();
        abandoned(this);
    }

    void Complete(Subscription subscription)
    {
        SingleAssignmentDisposable? timer;
        lock (_gate)
        {
            if (_subscription != subscription)
                return;
            timer = _lingerTimer;
            (_subscription, _lingerTimer) = (null, null);
        }

        timer?.Dispose();
        subscription.Dispose();
    }

    // The disposable exists before its timer does, which may fire before it is assigned.
    void LookAtLingerAfter(TimeSpan linger, SingleAssignmentDisposable timer) =>
        timer.Disposable = Schedule(linger, () => LookAtLinger(timer));

    // A timer would keep the context of whoever asked for the first token.
    static IDisposable Schedule(TimeSpan delay, Action action)
    {
        using (ExecutionContext.IsFlowSuppressed() ? default(IDisposable) : ExecutionContext.SuppressFlow())
            return Scheduler.Default.Schedule(delay, action);
    }

    sealed class Subscription(ChannelChanges changes) : IObserver<ChannelSignal>, IDisposable
    {
        readonly SingleAssignmentDisposable _signals = new();
        readonly SingleAssignmentDisposable _delay = new();

        public void OnNext(ChannelSignal value) => changes.Change(this);

        public void OnError(Exception error) => changes.Restart(this);

        public void OnCompleted() => changes.Complete(this);

        public void Dispose()
        {
            _signals.Dispose();
            _delay.Dispose();
        }

        internal void Begin(IObservable<ChannelSignal> signals)
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
        }

        internal void BeginAfter(TimeSpan delay, IObservable<ChannelSignal> signals) => _delay.Disposable = Schedule(delay, () =>
        {
            try
            {
                Begin(signals);
            }
            catch (ObjectDisposedException)
            {
                // The listener was disposed meanwhile: its tokens stay as they are.
            }
        });
    }
}
