namespace Rx.PgNotify.Tool;

static class ExitCode
{
    internal const int Success = 0;
    internal const int Failure = 1;
    internal const int Usage = 2;
}
