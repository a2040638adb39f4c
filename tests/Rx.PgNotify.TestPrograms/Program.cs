using Rx.PgNotify.TestPrograms;

return args switch
{
    ["serve"] => await ServeProgram.RunAsync(),
    _ => throw new ArgumentException($"No such test program: {string.Join(' ', args)}"),
};
