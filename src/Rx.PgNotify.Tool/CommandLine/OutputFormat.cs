namespace Rx.PgNotify.Tool.CommandLine;

/// <summary>Whom the output is for.</summary>
enum OutputFormat
{
    /// <summary>People.</summary>
    Text,

    /// <summary>Programs.</summary>
    Json,
}
