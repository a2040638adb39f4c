using Rx.PgNotify.Tool.Doctor;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class ServerChecksTests
{
    [TestCase(0.0, "Ok", "0 %")]
    [TestCase(0.099, "Ok", "9.9 %")]
    [TestCase(0.1, "Warning", "10 %")]
    [TestCase(0.5, "Problem", "50 %")]
    [TestCase(1.0, "Problem", "100 %")]
    public void Queue_ByItsUsage_IsFineOrGrowingOrFilling(double usage, string verdict, string text)
    {
        var finding = ServerChecks.Queue(usage);

        Assert.That(finding.Verdict.ToString(), Is.EqualTo(verdict));
        Assert.That(finding.Text, Does.StartWith(text));
        Assert.That(finding.Advice is null, Is.EqualTo(verdict is "Ok"));
    }

    [TestCase(13, "Warning", "older than 14")]
    [TestCase(14, "Ok", "PostgreSQL 14.3")]
    [TestCase(18, "Ok", "PostgreSQL 18.3")]
    [TestCase(19, "Warning", "newer than 18")]
    public void Version_ThatNobodyTried_IsAWarning(int major, string verdict, string text)
    {
        var finding = ServerChecks.Version(new Version(major, 3));

        Assert.That(finding.Verdict.ToString(), Is.EqualTo(verdict));
        Assert.That(finding.Text, Does.Contain(text));
    }
}
