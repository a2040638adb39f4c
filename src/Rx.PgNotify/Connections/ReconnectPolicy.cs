using System.Reactive.Concurrency;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Connections;

/// <summary>
/// When the next attempt to connect is due. If a connection is lost that had served for at least the first delay, an attempt is made at
/// once; one that was lost sooner does not count, so that a server which accepts connections and drops them is not asked more often.
/// After that the delays grow exponentially up to a cap, each jittered between half and all of it. There is no next attempt after a
/// failure that no attempt can mend, of the first connection or of any, and when a budget of time is spent.
/// </summary>
/// <remarks>
/// Used by one loop. It outlives a fault, so that <c>Retry()</c> on a wrong password does not spin.
/// </remarks>
/// <param name="permanent">What no attempt can mend, of the failure of a first connection; <see langword="null"/> if one may.</param>
/// <param name="first">The first delay.</param>
/// <param name="cap">The longest delay.</param>
/// <param name="budget">How long to go on from the first failure; <see langword="null"/> for ever.</param>
/// <param name="clock">The clock of the options' scheduler.</param>
/// <param name="final">What no attempt can mend, of any failure; <see langword="null"/> if one may.</param>
sealed class ReconnectPolicy(
    Func<Exception, (PgListenerError Error, string Message)?> permanent,
    TimeSpan first,
    TimeSpan cap,
    TimeSpan? budget,
    IStopwatch clock,
    Func<Exception, (PgListenerError Error, string Message)?>? final = null)
{
    // An attempt "at once" is made within this part of the first delay, at random: of many clients that lose their connections together
    // not all connect in the same moment. If the server itself is gone they fail, and the delays that follow spread them further.
    const double SpreadOfAttemptsAtOnce = 0.05;

    readonly Backoff _backoff = new(first, cap);
    TimeSpan _delay;
    TimeSpan _notBefore;
    TimeSpan _failingSince;
    TimeSpan? _servingSince;
    bool _isBudgetSpent;

    /// <summary>
    /// Whether there was a connection. From then on any failure of a server may pass: a standby on the way to promotion, a password that is
    /// changed.
    /// </summary>
    internal bool HasConnected { get; private set; }

    /// <summary>How many attempts have failed, or connections were lost, since the last success.</summary>
    internal int Failures { get; private set; }

    /// <summary>What the last attempt or connection failed of; <see langword="null"/> since the last success.</summary>
    internal Exception? LastFailure { get; private set; }

    /// <summary>There is a connection. Whether it can serve is not known yet.</summary>
    internal void Connected() => HasConnected = true;

    /// <summary>A connection serves, since the first such call.</summary>
    internal void Succeeded()
    {
        HasConnected = true;
        _servingSince ??= clock.Elapsed;
        Failures = 0;
        _backoff.Reset();
        LastFailure = null;
    }

    /// <summary>The connection was closed because nobody needs it: how long it has served does not count for the next one.</summary>
    internal void Closed() => _servingSince = null;

    /// <summary>An attempt has failed, or the connection was lost.</summary>
    /// <returns>How long to wait before the next attempt.</returns>
    internal TimeSpan Failed(Exception failure)
    {
        var now = clock.Elapsed;
        if (Failures++ == 0 || now < _failingSince)
            _failingSince = now;
        LastFailure = failure;
        var delay = _servingSince is { } since && now - since >= first
            ? first * SpreadOfAttemptsAtOnce * Random.Shared.NextDouble()
            : _backoff.Next();
        _servingSince = null;
        // The last attempt is made when the budget ends, however long the delay would be by then.
        var left = budget - (now - _failingSince);
        _isBudgetSpent = left <= TimeSpan.Zero;
        if (delay > left && !_isBudgetSpent)
            delay = left.GetValueOrDefault();
        _delay = delay;
        _notBefore = now + delay;
        return delay;
    }

    /// <summary>How long to wait before the next attempt; zero or less if it is due.</summary>
    internal TimeSpan Remaining()
    {
        if (Failures == 0)
            return TimeSpan.Zero;
        // A clock that was set back must not lengthen the delay.
        var now = clock.Elapsed;
        if (_notBefore - now > _delay)
            _notBefore = now + _delay;
        return _notBefore - now;
    }

    /// <summary>Why no attempt follows the last failure; <see langword="null"/> if one does.</summary>
    internal (PgListenerError Error, string Message)? ReasonToGiveUp(Exception failure)
    {
        if (!HasConnected && permanent(failure) is { } reason)
            return reason;
        if (final?.Invoke(failure) is { } last)
            return last;
        if (!_isBudgetSpent)
            return null;
        return (
            PgListenerError.ReconnectBudgetSpent,
            $"No connection could be had in {Failures} attempts within a reconnect budget of {budget}; the last failure: {ExceptionSummary.Of(failure)}");
    }

    /// <summary>Nobody waits for a connection from here on: the budget starts anew.</summary>
    internal void StartBudgetAnew() => _failingSince = TimeSpan.MaxValue;
}
