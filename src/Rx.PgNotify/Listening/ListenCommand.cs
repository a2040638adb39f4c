using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Listening;

/// <summary>Writes the SQL that reconciles the server with the desired state: one round trip for any number.</summary>
static class ListenCommand
{
    // A statement each costs the server 0.1 ms and more; from here on one DO block is cheaper (10,000 channels in
    // 0.25 s instead of 1.1 s). Few channels do without it: it needs PL/pgSQL, which may have been dropped.
    const int MostStatements = 64;

    // What an idle session did last is what pg_stat_activity shows of it, cut after so many bytes: hence in front.
    const string Mark = "/* Rx.PgNotify */ ";

    internal static NpgsqlBatch Create(PhysicalConnection connection, ChannelChanges changes)
    {
        var batch = connection.CreateBatch();
        if (EncodingCheck.Create(connection.Inner, changes.Listen.Select(channel => channel.Hub.Name)) is { } check)
            batch.BatchCommands.Add(check);
        AddStatements(batch, "UNLISTEN", changes.Unlisten);
        AddStatements(batch, "LISTEN", changes.Listen);
        return batch;
    }

    static void AddStatements(NpgsqlBatch batch, string verb, List<ListenedChannel> channels)
    {
        if (channels.Count > MostStatements)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Loop(verb, channels)));
            return;
        }

        foreach (var channel in channels)
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"{Mark}{verb} {SqlName.Quote(channel.Hub.Name)}"));
    }

    // DO takes no parameters: the names are literals in its body, whose delimiter is one that no name contains.
    static string Loop(string verb, List<ListenedChannel> channels)
    {
        var names = channels.ConvertAll(channel => channel.Hub.Name);
        var delimiter = SqlText.Mark("rx", names);
        return $"{Mark}DO {delimiter}DECLARE channel text; BEGIN FOREACH channel IN ARRAY {SqlText.Array(names)} "
            + $"LOOP EXECUTE pg_catalog.format('{verb} %I', channel); END LOOP; END{delimiter}";
    }
}
