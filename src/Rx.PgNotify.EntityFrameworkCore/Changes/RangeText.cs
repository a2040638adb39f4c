using System.Text;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>The text of a range or multirange, and how much of it has been read.</summary>
sealed class RangeText(string text)
{
    int _position;

    internal bool Takes(char character) => Takes([character]);

    internal bool Takes(ReadOnlySpan<char> expected)
    {
        if (!text.AsSpan(_position).StartsWith(expected, StringComparison.Ordinal))
            return false;
        _position += expected.Length;
        return true;
    }

    internal void Expect(char character)
    {
        if (!Takes(character))
            throw new FormatException();
    }

    /// <summary>A bound, without its quotes; <see langword="null"/> for none.</summary>
    internal string? TakeBound()
    {
        var (bound, isQuoted, wasQuoted) = (new StringBuilder(), false, false);
        for (; _position < text.Length; _position++)
        {
            var character = text[_position];
            if (character is '"')
            {
                // Two of them within quotes are one.
                if (isQuoted && _position + 1 < text.Length && text[_position + 1] is '"')
                    bound.Append(text[++_position]);
                else
                    (isQuoted, wasQuoted) = (!isQuoted, true);
            }
            else if (character is '\\')
            {
                bound.Append(text[++_position]);
            }
            else if (!isQuoted && (character is ',' or ')' or ']'))
            {
                break;
            }
            else
            {
                bound.Append(character);
            }
        }

        return bound.Length > 0 || wasQuoted ? bound.ToString() : null;
    }
}
