using Rx.PgNotify.Tool.Executing;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Listening;

/// <summary>What <c>pgnotify listen</c> does with what arrives, and until when.</summary>
sealed record ListenSettings
{
    internal required IReadOnlyList<string> Channels { get; init; }

    internal BurstTiming? Burst { get; init; }

    /// <summary>Ends after so many notifications.</summary>
    internal int? Count { get; init; }

    /// <summary>Ends after this time at the latest.</summary>
    internal TimeSpan? Timeout { get; init; }

    internal required ListenFormat Format { get; init; }

    /// <summary>What ends the lines of a template.</summary>
    internal char LineEnd { get; init; } = '\n';

    /// <summary>Runs in place of any output.</summary>
    internal CommandToRun? Command { get; init; }
}
