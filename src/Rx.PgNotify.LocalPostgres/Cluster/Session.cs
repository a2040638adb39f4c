namespace Rx.PgNotify.LocalPostgres;

/// <summary>
/// The start of a command line that runs the rest, under the same process id, in a session of its own: Ctrl-C in a
/// terminal interrupts every process of the foreground group, and PostgreSQL takes that for a shutdown.
/// </summary>
static class Session
{
    // Linux has setsid (util-linux, busybox) even when bare, macOS has Perl.
    public static readonly string[] Prefix = OperatingSystem.IsMacOS()
        ? ["/usr/bin/perl", "-MPOSIX=setsid", "-e", "setsid(); exec @ARGV"]
        : ["setsid"];
}
