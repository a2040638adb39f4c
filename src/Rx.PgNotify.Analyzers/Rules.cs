using Microsoft.CodeAnalysis;

namespace Rx.PgNotify.Analyzers;

/// <summary>What the analyzers report. An id never gets another meaning.</summary>
static class Rules
{
    internal const string AsyncHandlerId = "PGN0001";
    internal const string DroppedTaskId = "PGN0002";
    internal const string DisposedTaskId = "PGN0003";
    internal const string ChannelNameId = "PGN0004";
    internal const string PayloadId = "PGN0005";
    internal const string ResyncId = "PGN0006";

    const string Category = "Usage";

    internal static readonly DiagnosticDescriptor AsyncHandler = new(
        AsyncHandlerId,
        "An async handler is not awaited here",
        "'{0}' does not await an async handler: calls overlap, and what one throws ends the process; {1}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "An async lambda or method that is given as an Action becomes 'async void'. Nobody awaits it, so the next " +
            "call begins while it waits, and no error handler, nor ObserverFailed, sees what it throws: that ends the process. " +
            "SubscribeAwait and SelectAwait await each call, SelectConflated those for the latest values, and all three have an error path.",
        helpLinkUri: HelpPage.Of(AsyncHandlerId));

    internal static readonly DiagnosticDescriptor DroppedTask = new(
        DroppedTaskId,
        "The task of a handler is dropped",
        "'{0}' drops the task that this handler starts: calls overlap, and nobody sees what one fails with; {1}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "A lambda that is given as an Action returns nothing: a task that its only expression returns is neither " +
            "awaited nor looked at. SubscribeAwait and SelectAwait await each call, SelectConflated those for the latest values, and " +
            "all three have an error path. Write '_ = …' to drop it on purpose.",
        helpLinkUri: HelpPage.Of(DroppedTaskId));

    internal static readonly DiagnosticDescriptor DisposedTask = new(
        DisposedTaskId,
        "The task is disposed of, and not the subscription",
        "'{0}' returns a task: 'using' disposes of that, and the subscription never ends; await it",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "SubscribeAsync returns a Task<IDisposable>, and a task is disposable too. Without 'await' the subscription is " +
            "never disposed of, and disposing of a task that has not completed throws an InvalidOperationException.",
        helpLinkUri: HelpPage.Of(DisposedTaskId));

    internal static readonly DiagnosticDescriptor ChannelName = new(
        ChannelNameId,
        "This constant can't be a channel name",
        "'{0}' throws: a channel name {1}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "A channel name has 1 to 63 bytes of UTF-8, none of them NUL. PostgreSQL would cut a longer one, so the library refuses it.",
        helpLinkUri: HelpPage.Of(ChannelNameId));

    internal static readonly DiagnosticDescriptor Payload = new(
        PayloadId,
        "This constant can't be a payload",
        "'{0}' throws: a payload {1}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "A payload has at most 7,999 bytes of UTF-8, none of them NUL. PostgreSQL refuses any other: send a key, and let the receiver read the row.",
        helpLinkUri: HelpPage.Of(PayloadId));

    internal static readonly DiagnosticDescriptor Resync = new(
        ResyncId,
        "A Resync has no notification",
        "'Signals' begins with a Resync, for which 'Notification' throws in this handler of '{0}'; ask 'IsNotification', or take the channel itself",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "The first signal of a channel is always a Resync, and others follow after each gap. Its property Notification throws " +
            "an InvalidOperationException. A handler that reads it without asking IsNotification never gets as far as the first notification.",
        helpLinkUri: HelpPage.Of(ResyncId));
}
