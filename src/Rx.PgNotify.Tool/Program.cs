using System.CommandLine;
using System.Globalization;
using Rx.PgNotify.Tool;
using Rx.PgNotify.Tool.Bridging;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Completion;
using Rx.PgNotify.Tool.Demo;
using Rx.PgNotify.Tool.Doctor;
using Rx.PgNotify.Tool.Listening;
using Rx.PgNotify.Tool.Sending;
using Rx.PgNotify.Tool.Tables;
using Rx.PgNotify.Tool.Top;
using Rx.PgNotify.Tool.Watching;

using var signals = new TerminationSignals();
var listen = ListenCommand.Create();
var send = SendCommand.Create();
var trigger = TriggerCommand.Create();
var watch = WatchCommand.Create();
var top = TopCommand.Create();
var bridge = BridgeCommand.Create();
var doctor = DoctorCommand.Create();
var completion = CompletionCommand.Create();
var demo = DemoCommand.Create();
var root = new RootCommand("PostgreSQL notifications in a terminal") { listen, send, watch, top, trigger, bridge, doctor, demo, completion };
ConnectionOption.AddPsqlOptions(root);
HelpWithExamples.Add(root, new Dictionary<Command, string[]>
{
    [root] = ["pgnotify demo", ListenCommand.Examples[0], SendCommand.Examples[0], DoctorCommand.Examples[0]],
    [listen] = ListenCommand.Examples,
    [send] = SendCommand.Examples,
    [watch] = WatchCommand.Examples,
    [top] = TopCommand.Examples,
    [trigger] = TriggerCommand.Examples,
    [bridge] = BridgeCommand.Examples,
    [doctor] = DoctorCommand.Examples,
    [demo] = DemoCommand.Examples,
    [completion] = CompletionCommand.Examples,
});

// A payload may begin with '@': no response files.
var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (UsageErrors.In(parsed) is [_, ..] errors)
    return WrongUsage(errors, parsed.CommandResult.Command);
try
{
    var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    return await parsed.InvokeAsync(invocation, signals.Received);
}
catch (UsageException e)
{
    return WrongUsage([e.Message], parsed.CommandResult.Command);
}
catch (Exception e) when (Failure.Describe(e) is { } line)
{
    Console.Error.WriteLine($"pgnotify: {line}");
    return ExitCode.Failure;
}

static int WrongUsage(IEnumerable<string> errors, Command command)
{
    foreach (var error in errors)
        Console.Error.WriteLine($"pgnotify: {error}");
    Console.Error.WriteLine(command is RootCommand
        ? "Try 'pgnotify --help'."
        : string.Create(CultureInfo.InvariantCulture, $"Try 'pgnotify {command.Name} --help'."));
    return ExitCode.Usage;
}
