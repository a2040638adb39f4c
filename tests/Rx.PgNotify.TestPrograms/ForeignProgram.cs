namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// Runs the library beside code of others that throws, case by case, and prints what became of each; at the end, that the process
/// lives.
/// </summary>
static class ForeignProgram
{
    internal const string Thrown = "thrown by foreign code";

    static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(50);

    internal static async Task<int> RunAsync()
    {
        await using var server = new ForeignServer(Environment.GetEnvironmentVariable("FOREIGN_CONNECTION")!);
        IEnumerable<(string Name, Func<Task<string>> Run)> cases = Environment.GetEnvironmentVariable("FOREIGN_CASES") switch
        {
            "listener" => ForeignListenerCases.All(server),
            "notifier" => ForeignNotifierCases.All(server),
            "operator" => ForeignOperatorCases.All(server),
            "diagnostics" => ForeignDiagnosticsCases.All(server),
            "registration" => ForeignRegistrationCases.All(server),
            "data source" => ForeignDataSourceCases.All(server),
            "failure callback" => [("throws", () => ForeignUnhandledCases.FailureCallbackAsync(server))],
            "observer behind a timer" => [("throws", () => ForeignUnhandledCases.BehindATimerAsync(server))],
            "async lambda" => [("throws", () => ForeignUnhandledCases.AsyncLambdaAsync(server))],
            var other => throw new ArgumentException($"No such cases: {other}"),
        };
        foreach (var (name, run) in cases)
        {
            await Console.Error.WriteLineAsync($"begins: {name}"); // beside the exception that ends the process, if one does
            Console.WriteLine($"{name}: {await OutcomeAsync(run)}");
        }

        Console.WriteLine("survives");
        return 0;
    }

    /// <summary>An exception in one word for each that is wrapped in another.</summary>
    internal static string Describe(Exception? exception) => exception switch
    {
        null => "",
        PgListenerException e => $"PgListenerException {e.Error} {Describe(e.InnerException)}".TrimEnd(),
        PgNotifierException e => $"PgNotifierException {e.Error} {Describe(e.InnerException)}".TrimEnd(),
        FormatException { Message: Thrown } => "FormatException",
        var e => e.ToString().ReplaceLineEndings(" "),
    };

    static async Task<string> OutcomeAsync(Func<Task<string>> run)
    {
        try
        {
            return await run().WaitAsync(s_deadline);
        }
        catch (Exception e)
        {
            return $"throws {Describe(e)}";
        }
    }
}
