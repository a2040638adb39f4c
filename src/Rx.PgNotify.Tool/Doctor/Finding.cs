namespace Rx.PgNotify.Tool.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Check">The check's name.</param>
/// <param name="Verdict">How it came out.</param>
/// <param name="Text">What is so, in a sentence; safe to show.</param>
/// <param name="Advice">What to do about it.</param>
sealed record Finding(string Check, Verdict Verdict, string Text, string? Advice = null)
{
    /// <summary>The numbers in the text, for programs.</summary>
    internal IReadOnlyList<(string Name, double Value)> Figures { get; init; } = [];
}
