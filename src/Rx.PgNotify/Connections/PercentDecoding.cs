using System.Globalization;
using System.Text;

namespace Rx.PgNotify.Connections;

/// <summary>Strict where <see cref="Uri.UnescapeDataString(string)"/> lets errors through: a password has to be exact.</summary>
static class PercentDecoding
{
    static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="text">The encoded text; '+' stands for itself.</param>
    /// <param name="part">What an error calls it.</param>
    internal static string Decode(string text, string part)
    {
        var bytes = new List<byte>(text.Length);
        try
        {
            for (var i = 0; i < text.Length;)
            {
                var percent = text.IndexOf('%', i);
                var end = percent < 0 ? text.Length : percent;
                bytes.AddRange(s_strictUtf8.GetBytes(text, i, end - i));
                i = end;
                if (percent < 0)
                    break;
                if (percent + 2 >= text.Length
                    || !byte.TryParse(
                        text.AsSpan(percent + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                    throw new FormatException($"{part} has a '%' without two hexadecimal digits after it; write '%' itself as %25.");
                if (value == 0)
                    throw new FormatException($"{part} contains %00.");
                bytes.Add(value);
                i = percent + 3;
            }

            return s_strictUtf8.GetString([.. bytes]);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{part} is not UTF-8 once its percent-encoding is undone.", e);
        }
    }
}
