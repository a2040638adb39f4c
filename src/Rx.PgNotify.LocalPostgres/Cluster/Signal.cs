namespace Rx.PgNotify.LocalPostgres;

/// <summary>The signals sent to server processes, with the numbers Linux and macOS agree or differ on.</summary>
static class Signal
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;

    public static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    public static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;
}
