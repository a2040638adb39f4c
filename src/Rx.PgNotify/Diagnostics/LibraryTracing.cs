using System.Diagnostics;
using Npgsql;

namespace Rx.PgNotify.Diagnostics;

/// <summary>
/// The library's own spans, which exist only while somebody listens to the source: one for the set-up of a connection, one for each
/// commit of a notifier. Each is a root: no loop of the library belongs to anybody's trace. What the source's listeners throw is
/// swallowed.
/// </summary>
/// <remarks>Names and attributes follow OpenTelemetry's semantic conventions for messaging spans.</remarks>
static class LibraryTracing
{
    // Null if a listener threw when the source was created: there are no spans then.
    static readonly ActivitySource? s_source = Safely(static () => new ActivitySource(LibraryMeter.Name, LibraryMeter.Version));

    internal static bool IsEnabled => s_source?.HasListeners() == true;

    /// <summary>Where a send comes from, to be linked with its commit; nothing if nobody listens.</summary>
    internal static ActivityContext Origin => IsEnabled && Activity.Current is { } current ? current.Context : default;

    /// <summary>Begins the span of a connection's set-up.</summary>
    internal static Activity? StartConnecting() => Safely(static () => Start("connect", ActivityKind.Client, "connect", links: []));

    /// <summary>Begins the span of a commit.</summary>
    /// <param name="channels">The channels of its notifications, one for each.</param>
    /// <param name="origins">Where they come from.</param>
    internal static Activity? StartCommit(IReadOnlyCollection<string> channels, IEnumerable<ActivityContext> origins) => Safely(() =>
    {
        var channel = channels.Distinct(StringComparer.Ordinal).Take(2).ToArray() is [var only] ? only : null;
        var links = origins.Where(origin => origin != default).Distinct().Select(origin => new ActivityLink(origin));
        return Start(channel is null ? "notify" : $"notify {channel}", ActivityKind.Producer, "notify", links)
            ?.SetTag("messaging.operation.type", "send")
            .SetTag("messaging.destination.name", channel)
            .SetTag("messaging.batch.message_count", channels.Count);
    });

    /// <summary>Makes a span the parent of what is begun from now on; nothing, if <see langword="null"/>.</summary>
    internal static void MakeCurrent(Activity? activity) => _ = Safely<object>(() =>
    {
        Activity.Current = activity; // calls handlers of the user's
        return null;
    });

    /// <summary>Ends a span.</summary>
    /// <param name="activity">The span, if there is one.</param>
    /// <param name="connection">What it went over, as far as is known.</param>
    /// <param name="failure">What it failed of.</param>
    internal static void End(this Activity? activity, NpgsqlConnection? connection, Exception? failure = null)
    {
        if (activity is null || activity.IsStopped)
            return;
        _ = Safely<object>(() =>
        {
            if (connection is not null)
                activity.SetTag("server.address", connection.Host).SetTag("server.port", connection.Port);
            if (failure is not null)
                activity.SetTag("error.type", ErrorType(failure)).SetStatus(ActivityStatusCode.Error, ExceptionSummary.Of(failure));
            activity.Stop();
            return null;
        });
    }

    static Activity? Start(string name, ActivityKind kind, string operation, IEnumerable<ActivityLink> links) =>
        s_source?.StartActivity(kind, parentContext: default, links: links, name: name)
            ?.SetTag("messaging.system", "postgresql")
            .SetTag("messaging.operation.name", operation);

    static string ErrorType(Exception failure) => failure is PostgresException e ? e.SqlState : failure.GetType().FullName!;

    static T? Safely<T>(Func<T?> run)
        where T : class
    {
        try
        {
            return run();
        }
        catch (Exception)
        {
            return null; // there is nobody left to report it to
        }
    }
}
