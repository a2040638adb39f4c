namespace Rx.PgNotify.Tool.Doctor;

/// <summary>A form of report.</summary>
interface IReport
{
    /// <param name="target">Where the checks connect, without any secret.</param>
    void Begin(string target);

    void Add(Finding finding);

    /// <param name="findings">All that were added.</param>
    void End(IReadOnlyList<Finding> findings);
}
