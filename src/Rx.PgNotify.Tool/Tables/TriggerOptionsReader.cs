using System.CommandLine;
using System.CommandLine.Parsing;
using Rx.PgNotify.Tables;
using Rx.PgNotify.Tool.CommandLine;

namespace Rx.PgNotify.Tool.Tables;

/// <summary>What a trigger reports and when, from the command line.</summary>
sealed class TriggerOptionsReader
{
    static readonly Dictionary<string, TriggerPayload> s_payloads = new(StringComparer.Ordinal)
    {
        ["bare"] = TriggerPayload.Bare,
        ["count"] = TriggerPayload.RowCount,
        ["keys"] = TriggerPayload.Keys,
        ["columns"] = TriggerPayload.Columns,
        ["rows"] = TriggerPayload.Rows,
    };

    static readonly Dictionary<string, TableOperations> s_operations = new(StringComparer.Ordinal)
    {
        ["insert"] = TableOperations.Insert,
        ["update"] = TableOperations.Update,
        ["delete"] = TableOperations.Delete,
        ["truncate"] = TableOperations.Truncate,
    };

    readonly Option<string?> _payload = new("--payload") { Description = "bare, count, keys, columns or rows [default: bare; columns with --columns]", HelpName = "WHAT" };
    readonly Option<string[]> _columns = List("--columns", "Report these columns of each row");
    readonly Option<bool> _old = new("--old") { Description = "With columns or rows: an update also reports the row as it was" };
    readonly Option<TableOperations?> _on = new("--on")
    {
        Description = "insert, update, delete, truncate, with commas between [default: all]",
        HelpName = "A,B",
        CustomParser = result =>
        {
            var names = Names(result);
            if (names.FirstOrDefault(name => !s_operations.ContainsKey(name)) is not null)
                result.AddError($"--on takes {string.Join(", ", s_operations.Keys)}.");
            return names.Aggregate(TableOperations.None, (all, name) => all | s_operations.GetValueOrDefault(name));
        },
    };
    readonly Option<string[]> _onlyIf = List("--only-if", "An update that changes none of these columns is not reported");
    readonly Option<string[]> _key = List("--key", "The columns that identify a row [default: the primary key]");
    readonly Option<bool> _rowLevel = new("--row-level") { Description = "A notification for each row instead of each statement" };
    readonly Option<bool> _replica = new("--fire-on-replica") { Description = "With --row-level: report what logical replication applies, too" };

    internal void AddTo(Command command)
    {
        foreach (var option in new Option[] { _payload, _columns, _old, _on, _onlyIf, _key, _rowLevel, _replica })
            command.Options.Add(option);
        _payload.AcceptOnlyFromAmong([.. s_payloads.Keys]);
    }

    internal TableTriggerOptions Read(ParseResult parsed)
    {
        var columns = parsed.GetValue(_columns) ?? [];
        return new TableTriggerOptions
        {
            Payload = parsed.GetValue(_payload) is { } payload ? s_payloads[payload]
                : columns.Length > 0 ? TriggerPayload.Columns : TriggerPayload.Bare,
            Columns = columns,
            IncludeOld = parsed.GetValue(_old),
            Operations = parsed.GetValue(_on) ?? TableOperations.All,
            ColumnFilter = parsed.GetValue(_onlyIf) ?? [],
            KeyColumns = parsed.GetValue(_key) ?? [],
            RowLevel = parsed.GetValue(_rowLevel),
            FireOnReplica = parsed.GetValue(_replica),
        };
    }

    /// <summary>A complaint of the library about its options, in terms of the command line.</summary>
    internal string Translate(ArgumentException complaint)
    {
        var option = complaint.ParamName switch
        {
            nameof(TableTriggerOptions.Columns) => _columns.Name,
            nameof(TableTriggerOptions.IncludeOld) => _old.Name,
            nameof(TableTriggerOptions.ColumnFilter) => _onlyIf.Name,
            nameof(TableTriggerOptions.KeyColumns) => _key.Name,
            nameof(TableTriggerOptions.FireOnReplica) => _replica.Name,
            _ => null,
        };
        var sentence = Usage.Sentence(complaint);
        return option is null ? sentence : sentence.Replace($"{nameof(TableTriggerOptions)}.{complaint.ParamName}", option, StringComparison.Ordinal);
    }

    /// <summary>Names between commas, or the option several times. A name with a comma can't be given here.</summary>
    internal static Option<string[]> List(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "A,B",
        CustomParser = Names,
    };

    static string[] Names(ArgumentResult result) => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries))];
}
