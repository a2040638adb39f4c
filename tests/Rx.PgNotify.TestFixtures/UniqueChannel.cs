namespace Rx.PgNotify.TestFixtures;

/// <summary>Channel names that no other test, and no other run on the same server, uses.</summary>
public static class UniqueChannel
{
    /// <param name="label">What it is for, as the name's beginning; at most 26 bytes of UTF-8.</param>
    public static string Name(string label = "test") => $"{label}_{Guid.NewGuid():N}";
}
