namespace Rx.PgNotify.Tool;

static class ExitCode
{
    internal const int Success = 0;
    internal const int Failure = 1;
    internal const int Usage = 2;

    /// <summary>The time that was given is over.</summary>
    internal const int TimedOut = 3;
}
