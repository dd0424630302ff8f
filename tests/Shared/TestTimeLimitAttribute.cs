using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

[assembly: TestTimeLimit]

namespace Scoring.Tests;

/// <summary>
/// Ends a test that waits for what does not come, by its name: its token is cancelled after a while, and the process ends where that does not help.
/// The longest test takes half a minute, so that no machine is slow enough to be taken for a test that hangs.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class TestTimeLimitAttribute : BeforeAfterTestAttribute
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Of the tests that run. Nothing else leads to a test that hangs, and a timer that nothing leads to is collected.</summary>
    private static readonly ConcurrentDictionary<IXunitTest, Timer> Timers = new();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        var context = TestContext.Current;
        var looks = 0;
        Timers[test] = new Timer(
            _ =>
            {
                if (++looks > 1)
                {
                    Environment.FailFast($"{test.TestDisplayName} did not end when it was cancelled.");
                }

                context.CancelCurrentTest();
            },
            null,
            Limit,
            Limit / 5);
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Timers.TryRemove(test, out var timer))
        {
            timer.Dispose();
        }
    }
}
