using System.Text.Json;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Migrations;

/// <summary>
/// What a migration sends when it has installed a trigger: that the table was altered. Between removal and installation nothing
/// is reported, neither what the migration itself writes nor what others do if its steps are committed one by one; and nobody's
/// connection breaks, so that no Resync would make up for it.
/// </summary>
static class AlteredTableNotification
{
    /// <summary>A statement that is valid in the block of an idempotent script, too.</summary>
    internal static string Of(TableTrigger trigger)
    {
        var payload = $$"""{"schema":"{{JsonEncodedText.Encode(trigger.Schema)}}","table":"{{JsonEncodedText.Encode(trigger.Table)}}","op":"update","altered":true}""";
        return $"NOTIFY \"{trigger.Channel.Replace("\"", "\"\"", StringComparison.Ordinal)}\", '{payload.Replace("'", "''", StringComparison.Ordinal)}';\n";
    }
}
