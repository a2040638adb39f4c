using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Rx.PgNotify.IntegrationTests.Surroundings;

/// <summary>
/// A caller with an <see cref="AsyncLocal{T}"/> of its own, such as a request of a web application. Who keeps its
/// ExecutionContext keeps what is in it.
/// </summary>
static class ForeignContext
{
    static readonly AsyncLocal<byte[]?> s_ballast = new();

    public const int Bytes = 10 * 1024 * 1024;

    /// <summary>Whether the present code runs in such a context.</summary>
    public static bool IsHere => s_ballast.Value is not null;

    /// <summary>Runs something in a context of its own, on a thread that then ends.</summary>
    /// <returns>What is in the context.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static WeakReference Run(Action action)
    {
        WeakReference? ballast = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                ballast = new WeakReference(s_ballast.Value = new byte[Bytes]);
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.UnsafeStart();
        thread.Join();
        return failure is null ? ballast! : throw failure;
    }

    /// <summary>Waits until nobody keeps it any more.</summary>
    [SuppressMessage("Critical Code Smell", "S1215", Justification = "to collect is what this is about")]
    public static Task UntilCollectedAsync(WeakReference context) => Eventually.IsTrueAsync(
        () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !context.IsAlive;
        },
        expectation: "the caller's context should be collected");
}
