using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Rx.PgNotify.TestFixtures;

/// <summary>Waits for what happens soon, but not at a moment the test could know.</summary>
public static class Eventually
{
    /// <summary>After so long something hangs, however busy the machine is. It ends a test; it proves nothing.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    // A look that costs much, such as a connection, is not repeated all the time: other tests want the machine too.
    const double PausePerLook = 3;

    static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns once the condition holds; fails the test if it does not within the deadline.</summary>
    public static Task IsTrueAsync(
        Func<bool> condition,
        TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(condition))] string expectation = "") =>
        IsTrueAsync(() => Task.FromResult(condition()), deadline, expectation);

    /// <summary>Returns once the condition holds; fails the test if it does not within the deadline.</summary>
    public static Task IsTrueAsync(
        Func<Task<bool>> condition,
        TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(condition))] string expectation = "") =>
        BecomesAsync(condition, holds => holds, deadline, expectation);

    /// <summary>
    /// Reads a value again and again until it is as expected, and returns it; fails the test with the last value read
    /// if it is not within the deadline.
    /// </summary>
    public static async Task<T> BecomesAsync<T>(
        Func<Task<T>> read,
        Func<T, bool> expected,
        TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(expected))] string expectation = "")
    {
        var limit = deadline ?? Deadline;
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var look = Stopwatch.GetTimestamp();
            // A read that hangs must not outlast the deadline either.
            var value = await read().WaitAsync(limit + limit);
            if (expected(value))
                return value;
            if (Stopwatch.GetElapsedTime(start) > limit)
                Assert.Fail($"Not so within {limit.TotalSeconds} s: {expectation}. Last value: {value}");
            await Task.Delay(Pause(Stopwatch.GetElapsedTime(look)));
        }
    }

    static TimeSpan Pause(TimeSpan look)
    {
        var pause = PausePerLook * look;
        return pause < s_shortestPause ? s_shortestPause : pause > s_longestPause ? s_longestPause : pause;
    }
}
