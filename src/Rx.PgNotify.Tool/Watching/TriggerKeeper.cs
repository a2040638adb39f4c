using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>Installs the trigger and keeps it: across a broken session, a table that was altered, and whoever removes it.</summary>
sealed class TriggerKeeper(TemporaryTrigger trigger, WatchedTable table) : IDisposable
{
    static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    readonly SemaphoreSlim _altered = new(0, 1);

    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="report">Takes what is worth a line, one call at a time.</param>
    /// <param name="cancellation">Ends it; the trigger stays.</param>
    /// <exception cref="WatchException">The role may not install it.</exception>
    /// <exception cref="Npgsql.NpgsqlException">It can't be installed, or not any more: the table is gone, for one thing.</exception>
    internal async Task RunAsync(Action<WatchEvent> report, CancellationToken cancellation)
    {
        var (isFirst, isCurrent, trouble) = (true, false, (string?)null);
        while (true)
        {
            var wait = s_look;
            try
            {
                if (!isCurrent || !await trigger.IsInstalledAsync(cancellation))
                {
                    var wasGone = isCurrent;
                    isCurrent = false;
                    await trigger.InstallAsync(cancellation);
                    isCurrent = true;
                    report(isFirst ? new WatchEvent.Watching(table) : new WatchEvent.Notice($"the trigger {(wasGone ? "was gone, and " : "")}is installed again"));
                    isFirst = false;
                }
                else if (trouble is not null)
                {
                    report(new WatchEvent.Notice("the trigger is in place"));
                }

                trouble = null;
            }
            catch (Exception e) when (Transience.IsLockTimeout(e) || (!isFirst && Transience.Of(e)))
            {
                var text = Transience.IsLockTimeout(e)
                    ? $"waiting for transactions that write to {table}, to install the trigger"
                    : $"the session that keeps the trigger is lost: {PlainText.OneLine(ExceptionSummary.Of(e))}";
                if (!string.Equals(text, trouble, StringComparison.Ordinal))
                    report(new WatchEvent.Notice(text));
                (trouble, wait) = (text, s_pause);
            }

            if (await _altered.WaitAsync(wait, cancellation))
                isCurrent = false;
        }
    }

    /// <summary>Says that the table was altered, so that the trigger can't report its rows until it is installed again.</summary>
    /// <remarks>One call at a time.</remarks>
    internal void NoticeAlteredTable()
    {
        if (_altered.CurrentCount == 0)
            _altered.Release();
    }

    public void Dispose() => _altered.Dispose();
}
