namespace Rx.PgNotify.Tool.Sending;

/// <summary>One line of the input.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="Bytes">Its size, without the line break.</param>
/// <param name="Text">The line; <see langword="null"/> if it is too long or not UTF-8.</param>
readonly record struct InputLine(long Number, long Bytes, string? Text);
