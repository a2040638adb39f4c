using System.Text.Json;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Doctor;

/// <summary>The findings for programs, one object a line.</summary>
sealed class JsonReport(JsonLines lines) : IReport
{
    public void Begin(string target) => lines.Write("diagnosis", json => json.WriteString("target"u8, target));

    public void Add(Finding finding) => lines.Write("finding", json =>
    {
        json.WriteString("check"u8, finding.Check);
        json.WriteString("verdict"u8, Name(finding.Verdict));
        json.WriteString("text"u8, finding.Text);
        if (finding.Advice is { } advice)
            json.WriteString("advice"u8, advice);
        foreach (var (name, value) in finding.Figures)
            json.WriteNumber(name, value);
    });

    public void End(IReadOnlyList<Finding> findings) => lines.Write("conclusion", json =>
    {
        json.WriteBoolean("healthy"u8, findings.All(finding => finding.Verdict is not Verdict.Problem));
        json.WriteStartArray("notChecked"u8);
        foreach (var check in Checks.InOrder.Except(findings.Select(finding => finding.Check), StringComparer.Ordinal))
            json.WriteStringValue(check);
        json.WriteEndArray();
    });

    static string Name(Verdict verdict) => JsonNamingPolicy.CamelCase.ConvertName(verdict.ToString());
}
