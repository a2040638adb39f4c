using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>Installs the trigger and keeps it: across a broken session, a table that is altered, and whoever removes it.</summary>
sealed class TriggerKeeper(TemporaryTrigger trigger, WatchedTable table)
{
    static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="report">Takes what is worth a line, one call at a time.</param>
    /// <param name="cancellation">Ends it; the trigger stays.</param>
    /// <exception cref="WatchException">The role may not install it.</exception>
    /// <exception cref="Npgsql.NpgsqlException">It can't be installed, or not any more: the table is gone, for one thing.</exception>
    internal async Task RunAsync(Action<WatchEvent> report, CancellationToken cancellation)
    {
        var (isFirst, trouble) = (true, (string?)null);
        while (true)
        {
            var wait = s_look;
            try
            {
                if (!await trigger.IsInstalledAsync(cancellation))
                {
                    await trigger.InstallAsync(cancellation);
                    if (isFirst)
                    {
                        report(new WatchEvent.Watching(table));
                    }
                    else
                    {
                        report(new WatchEvent.Notice("the trigger was gone, or the table altered: it is installed again"));
                        report(new WatchEvent.Gap(ResyncReasons.Reconnected, 0));
                    }

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

            await Task.Delay(wait, cancellation);
        }
    }
}
