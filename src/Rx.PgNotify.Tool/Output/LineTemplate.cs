using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rx.PgNotify.Tool.Output;

/// <summary>A line as the user wants it: text with fields such as <c>{channel}</c>.</summary>
sealed class LineTemplate
{
    delegate string? Field(Arrival arrival, TimeProvider clock);

    static readonly Dictionary<string, (Field Value, bool IsNumber)> s_fields = new(StringComparer.Ordinal)
    {
        ["time"] = ((_, clock) => Timestamp.Now(clock), false),
        ["channel"] = ((arrival, _) => arrival.Channel, false),
        ["payload"] = ((arrival, _) => arrival.Payload, false),
        ["processId"] = ((arrival, _) => arrival.ProcessId?.ToString(CultureInfo.InvariantCulture), true),
        ["count"] = ((arrival, _) => arrival.Count.ToString(CultureInfo.InvariantCulture), true),
    };

    /// <summary>The payload alone, exactly as it is.</summary>
    internal static readonly LineTemplate Raw = Parse("{payload:raw}");

    readonly List<Field> _parts = [];

    LineTemplate()
    {
    }

    /// <summary>Whether a text is meant as a template.</summary>
    internal static bool Matches(string text) => text.Contains('{', StringComparison.Ordinal);

    /// <exception cref="FormatException">A brace has no partner, or there is no such field; the message is a whole sentence.</exception>
    internal static LineTemplate Parse(string text)
    {
        var template = new LineTemplate();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var next = i + 1 < text.Length ? text[i + 1] : '\0';
            switch (text[i])
            {
                case '{' or '}' when next == text[i]:
                    literal.Append(text[i++]);
                    break;
                case '{' when text.IndexOf('}', i) is > 0 and var end:
                    template.Add(literal, FieldNamed(text[(i + 1)..end]));
                    i = end;
                    break;
                case '{' or '}':
                    throw new FormatException("a brace has no partner; write a brace itself twice.");
                case '\\' when next is 't' or 'n' or '\\':
                    literal.Append(next switch { 't' => '\t', 'n' => '\n', _ => '\\' });
                    i++;
                    break;
                default:
                    literal.Append(text[i]);
                    break;
            }
        }

        template.Add(literal, null);
        return template;
    }

    /// <summary>The line, without its end.</summary>
    internal string Fill(Arrival arrival, TimeProvider clock) => string.Concat(_parts.Select(part => part(arrival, clock)));

    void Add(StringBuilder literal, Field? field)
    {
        var text = literal.ToString();
        literal.Clear();
        if (text.Length > 0)
            _parts.Add((_, _) => text);
        if (field is not null)
            _parts.Add(field);
    }

    static Field FieldNamed(string text)
    {
        var (name, form) = text.Split(':', 2) is [var before, var after] ? (before, after) : (text, "");
        if (!s_fields.TryGetValue(name, out var field))
            throw new FormatException($"there is no field {{{PlainText.Escape(name)}}}; fields are {string.Join(", ", s_fields.Keys.Select(key => $"{{{key}}}"))}.");
        return form switch
        {
            "" => (arrival, clock) => PlainText.Escape(field.Value(arrival, clock) ?? ""),
            "raw" => field.Value,
            "json" => (arrival, clock) => Json(field.Value(arrival, clock), field.IsNumber),
            _ => throw new FormatException($"after a field and ':' stands raw or json, as in {{{name}:json}}."),
        };
    }

    static string Json(string? value, bool isNumber) => value is null ? "null"
        : isNumber ? value
        : $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
