namespace Rx.PgNotify.Nats.Protocol;

/// <summary>The subjects of a bridge and its receivers: all of them begin with one prefix.</summary>
sealed class Subjects(string prefix)
{
    readonly string _channels = $"{prefix}.channel.";

    /// <summary>What all of them begin with.</summary>
    internal string Prefix { get; } = prefix;

    /// <summary>The bridge at work announces itself here.</summary>
    internal string Announcements { get; } = $"{prefix}.bridge";

    /// <summary>The bridge at work answers receivers here.</summary>
    internal string Asks { get; } = $"{prefix}.ask";

    /// <summary>Every bridge answers here.</summary>
    internal string Status { get; } = $"{prefix}.status";

    /// <summary>A channel's notifications come here.</summary>
    /// <remarks>
    /// The name is percent-encoded (RFC 3986), the dot too, which has a meaning in subjects: so all names can be written, and two
    /// different ones never get the same subject.
    /// </remarks>
    internal string Channel(string name) =>
        _channels + Uri.EscapeDataString(name).Replace(".", "%2E", StringComparison.Ordinal);

    internal static bool IsAny(string subject, params ReadOnlySpan<string> of) => of.Contains(subject);

    /// <summary>Whether a subject is a channel's.</summary>
    internal bool IsChannel(string subject) => subject.StartsWith(_channels, StringComparison.Ordinal);

    /// <summary>Checks an option that is to be the prefix: tokens of letters, digits, hyphens and underscores, with dots between them.</summary>
    internal static void CheckPrefix(object options, string? subjectPrefix)
    {
        if (!IsPrefix(subjectPrefix))
        {
            throw OptionChecks.OutOfRange(
                options, nameof(NatsListenerOptions.SubjectPrefix), subjectPrefix,
                "1 to 100 letters, digits, hyphens and underscores, with single dots between them");
        }
    }

    static bool IsPrefix(string? text) =>
        text is { Length: >= 1 and <= 100 } && text.Split('.').All(token => token.Length > 0 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
}
