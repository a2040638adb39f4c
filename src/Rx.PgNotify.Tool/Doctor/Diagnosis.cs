using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Connections;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Doctor;

/// <summary>The checks, one after the other, within one limit of time.</summary>
sealed class Diagnosis(NpgsqlConnectionStringBuilder target, TimeSpan timeout)
{
    static readonly TimeSpan s_longestClose = TimeSpan.FromSeconds(2);

    // So long the server has to answer, and a pooler to let a notification through.
    readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(Math.Clamp((int)timeout.TotalSeconds / 3, 1, 10));

    /// <summary>Ends with the first problem that keeps the checks after it from meaning anything.</summary>
    internal async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // What is wrong with a host is the result of a check, and not of how the command is used.
        await using var source = HostText.MistakeIn(target.Host) is null ? Usage.Check(() => ConnectionSource.Of(target.ConnectionString)(_heartbeat)) : null;
        NpgsqlConnection? connection = null;
        limit.CancelAfter(timeout);
        try
        {
            var host = await HostCheck.RunAsync(target, limit.Token);
            cancellation.ThrowIfCancellationRequested();
            yield return host;
            if (host.Verdict is Verdict.Problem)
                yield break;
            if (source is null)
            {
                yield return new Finding(
                    Checks.Connection, Verdict.Problem, "Npgsql refuses a setting of the connection string.", Advice.For(PgListenerError.SettingsRefused));
                yield break;
            }

            ServerFacts? facts = null;
            var connected = await GuardAsync(Checks.Connection, source, async () =>
            {
                var start = Stopwatch.GetTimestamp();
                connection = await source.OpenPromptlyAsync(limit.Token);
                var elapsed = Stopwatch.GetElapsedTime(start);
                facts = await ServerFacts.AskAsync(connection, limit.Token).WaitAsync(limit.Token);
                return Connected(connection, elapsed);
            }, cancellation);
            yield return connected;
            if (connection is null || facts is null)
                yield break;

            yield return ServerChecks.Encryption(facts, connection);
            yield return ServerChecks.Version(connection.PostgreSqlVersion);
            yield return ServerChecks.Role(facts);
            if (facts.IsInRecovery)
                yield break;
            yield return ServerChecks.Queue(facts.QueueUsage);

            await using var listener = new PgListener(
                target.ConnectionString, new PgListenerOptions { Heartbeat = _heartbeat, ReconnectBudget = TimeSpan.Zero });
            var channel = listener.Channel($"pgnotify_doctor_{Guid.NewGuid():N}");
            IDisposable? listening = null;
            yield return await GuardAsync(Checks.Path, source, async () =>
            {
                listening = await channel.SubscribeAsync(_ => { }, _ => { }, limit.Token);
                return Path(isDirect: facts.BackendId == connection.ProcessID);
            }, cancellation);
            if (listening is null)
                yield break;
            using (listening)
                yield return await GuardAsync(Checks.RoundTrip, source, () => RoundTrips.RunAsync(connection, channel, limit.Token), cancellation);
        }
        finally
        {
            // A server that hangs is not waited for.
            if (connection is not null)
                await Task.WhenAny(connection.DisposeAsync().AsTask(), Task.Delay(s_longestClose, CancellationToken.None));
        }
    }

    static Finding Connected(NpgsqlConnection connection, TimeSpan elapsed)
    {
        var milliseconds = elapsed.TotalMilliseconds;
        var text = string.Create(
            CultureInfo.InvariantCulture, $"Logged in to {connection.Database} as {connection.UserName ?? "nobody"} in {milliseconds:0} ms.");
        return new Finding(Checks.Connection, Verdict.Ok, PlainText.OneLine(text)) { Figures = [("ms", Math.Round(milliseconds, 1))] };
    }

    static Finding Path(bool isDirect) => new(
        Checks.Path,
        Verdict.Ok,
        isDirect
            ? "Direct: no pooler stands between here and the server."
            : "A pooler in session mode stands in between; notifications pass it.");

    async Task<Finding> GuardAsync(string check, ConnectionSource source, Func<Task<Finding>> run, CancellationToken cancellation)
    {
        try
        {
            return await run();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Finding(
                check,
                Verdict.Problem,
                string.Create(CultureInfo.InvariantCulture, $"No answer within the {timeout.TotalSeconds:0.#} s that all checks together may take."),
                "What takes connections there may be no PostgreSQL server, or one that hangs or has too much to do. Look at its log; or give a larger --timeout.");
        }
        catch (PgListenerException e)
        {
            return new Finding(check, Verdict.Problem, PlainText.OneLine(e.Message), Advice.For(e.Error));
        }
        catch (Exception e) when (check is Checks.Connection && PermanentFailure.OfConnecting(e, source) is { } failure)
        {
            return new Finding(check, Verdict.Problem, PlainText.OneLine(failure.Message), Advice.For(failure.Error));
        }
        // Npgsql has no code for it. If its words change one day, they are shown as they are.
        catch (NpgsqlException e) when (e.InnerException is null && e.Message.StartsWith("No suitable host", StringComparison.Ordinal))
        {
            return new Finding(
                check, Verdict.Problem, "All of the hosts are standbys in recovery, where LISTEN and NOTIFY are not possible.", Advice.For(PgListenerError.ServerInRecovery));
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            return new Finding(
                check, Verdict.Problem, PlainText.OneLine($"{e.MessageText} (SQLSTATE {e.SqlState})."), "Grant the role EXECUTE on that function.");
        }
        catch (Exception e) when (e is not OperationCanceledException && Failure.Describe(e) is { } line)
        {
            return new Finding(check, Verdict.Problem, line, Advice.For(PgListenerError.Unknown));
        }
    }
}
