using Microsoft.Win32.SafeHandles;

namespace Rx.PgNotify.Tool.Output;

static class StandardOutput
{
    const int BrokenPipe = 32; // EPIPE, on Linux and macOS alike

    /// <summary>A stream that fails when the reader of a pipe has gone.</summary>
    /// <remarks>
    /// The console's own stream swallows a broken pipe, so <c>pgnotify listen … | head -1</c> would run on for ever. A
    /// file keeps the console's stream: <see cref="FileStream"/> would not move the offset shared with other processes.
    /// </remarks>
    internal static Stream Open()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return Console.OpenStandardOutput();
        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!pipe.CanSeek)
            return pipe;
        pipe.Dispose();
        return Console.OpenStandardOutput();
    }

    /// <summary>Whether the reader of the output has gone.</summary>
    internal static bool IsClosed(IOException exception) => exception.HResult == BrokenPipe;
}
