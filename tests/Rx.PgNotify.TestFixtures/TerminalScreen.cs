using System.Globalization;

namespace Rx.PgNotify.TestFixtures;

/// <summary>
/// A terminal's screen as far as programs that redraw a few lines use it. A sequence it does not know is an error, so
/// that none is misread in silence.
/// </summary>
sealed class TerminalScreen(int width, int height)
{
    const char Escape = '\e';

    readonly char[][] _lines = [.. Enumerable.Range(0, height).Select(_ => Blank(width))];
    string _sequence = "";
    int _row;
    int _column;

    public bool IsCursorVisible { get; private set; } = true;

    /// <summary>What is on it, without blanks at the ends of lines and empty lines at its end.</summary>
    public string Text => string.Join('\n', _lines.Select(line => new string(line).TrimEnd())).TrimEnd();

    public void Write(ReadOnlySpan<char> output)
    {
        foreach (var c in output)
            Write(c);
    }

    void Write(char c)
    {
        if (_sequence.Length > 0)
        {
            _sequence += c;
            if (IsComplete(_sequence))
            {
                Obey(_sequence);
                _sequence = "";
            }
        }
        else if (c is Escape)
        {
            _sequence = $"{Escape}";
        }
        else if (c is '\r')
        {
            _column = 0;
        }
        else if (c is '\n')
        {
            LineFeed();
        }
        else if (c is '\t')
        {
            _column = Math.Min((_column / 8 * 8) + 8, width - 1);
        }
        else if (char.IsControl(c))
        {
            throw Unknown($"{c}");
        }
        else
        {
            Print(c);
        }
    }

    void Print(char c)
    {
        // As terminals do, it wraps only when something follows: a full line and a line feed are one new line.
        if (_column == width)
        {
            _column = 0;
            LineFeed();
        }

        _lines[_row][_column++] = c;
    }

    void LineFeed()
    {
        if (_row < height - 1)
        {
            _row++;
            return;
        }

        Array.Copy(_lines, 1, _lines, 0, height - 1);
        _lines[^1] = Blank(width);
    }

    // ESC [, digits and the like, a final letter; or ESC and one other character.
    static bool IsComplete(string sequence) =>
        sequence.Length > 1 && (sequence[1] is not '[' || (sequence.Length > 2 && sequence[^1] is >= '@' and <= '~'));

    void Obey(string sequence)
    {
        var parameters = sequence.Length > 2 ? sequence[2..^1] : "";
        switch (sequence)
        {
            case [Escape, '[', .., 'm']:
            case [Escape, '=' or '>']:
                break;
            case [Escape, '[', '?', .., 'h' or 'l']:
                if (parameters is "?25")
                    IsCursorVisible = sequence[^1] is 'h';
                break;
            case [Escape, '[', .., 'A']:
                _row = Math.Max(_row - Count(parameters), 0);
                break;
            case [Escape, '[', .., 'B']:
                _row = Math.Min(_row + Count(parameters), height - 1);
                break;
            case [Escape, '[', .., 'C']:
                _column = Math.Min(_column + Count(parameters), width - 1);
                break;
            case [Escape, '[', .., 'D']:
                _column = Math.Max(_column - Count(parameters), 0);
                break;
            case [Escape, '[', .., 'H']:
                var position = $"{parameters};".Split(';');
                (_row, _column) = (Math.Min(Count(position[0]), height) - 1, Math.Min(Count(position[1]), width) - 1);
                break;
            case [Escape, '[', .., 'J']:
                EraseScreen(parameters);
                break;
            case [Escape, '[', .., 'K']:
                EraseLine(parameters);
                break;
            default:
                throw Unknown(sequence);
        }
    }

    void EraseScreen(string parameters)
    {
        var (first, end) = parameters switch
        {
            "" or "0" => (_row + 1, height),
            "1" => (0, _row),
            "2" => (0, height),
            _ => throw Unknown($"{Escape}[{parameters}J"),
        };
        for (var line = first; line < end; line++)
            _lines[line] = Blank(width);
        if (parameters is not "2")
            EraseLine(parameters);
    }

    void EraseLine(string parameters)
    {
        var (first, end) = parameters switch
        {
            "" or "0" => (Math.Min(_column, width), width),
            "1" => (0, Math.Min(_column + 1, width)),
            "2" => (0, width),
            _ => throw Unknown($"{Escape}[{parameters}K"),
        };
        Array.Fill(_lines[_row], ' ', first, end - first);
    }

    static int Count(string parameter) =>
        parameter is "" or "0" ? 1 : int.Parse(parameter, NumberStyles.None, CultureInfo.InvariantCulture);

    static char[] Blank(int width) => [.. Enumerable.Repeat(' ', width)];

    static NotSupportedException Unknown(string sequence) =>
        new($"The screen does not know {string.Concat(sequence.Select(c => char.IsControl(c) ? $"<{(int)c:x2}>" : $"{c}"))}.");
}
