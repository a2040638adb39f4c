namespace Rx.PgNotify.Documentation.IntegrationTests.Samples;

/// <summary>In the tables, ␛ stands for the character ESC, which not every test runner can bear in a name.</summary>
public class TerminalScreenTests
{
    [TestCase("abc", "abc")]
    [TestCase("abc\r\nd", "abc\nd")]
    [TestCase("abc\rX", "Xbc")]
    [TestCase("abcdefgh", "abcdef\ngh")]
    [TestCase("abcdef\r\ng", "abcdef\ng")]
    [TestCase("1\r\n2\r\n3\r\n4\r\n5", "2\n3\n4\n5")]
    [TestCase("a\tb", "a    b")]
    [TestCase("␛[31;1ma␛[0mb", "ab")]
    [TestCase("a\r\nb␛[1Ac␛[Bd", "ac\nb d")]
    [TestCase("␛[9C|␛[9DX␛[2CY", "X  Y |")]
    [TestCase("␛[3;2Hx␛[Hy", "y\n\n x")]
    [TestCase("abcd\r␛[2C␛[K", "ab")]
    [TestCase("abcd\r␛[1C␛[1K", "  cd")]
    [TestCase("abcd␛[2Kx", "    x")]
    [TestCase("a\r\nbc\r\nd␛[1A\r␛[C␛[J", "a\nb")]
    [TestCase("a\r\nb\r\nc\r␛[A␛[1J", "\n\nc")]
    [TestCase("a\r\nb␛[2Jc", "\n c")]
    public void Output_OnAScreenOfSixByFour_LooksAsOnATerminal(string output, string expected)
    {
        var characters = output.Replace('␛', '\e');
        var whole = new TerminalScreen(6, 4);
        whole.Write(characters);
        Assert.That(whole.Text, Is.EqualTo(expected));

        var piecemeal = new TerminalScreen(6, 4);
        foreach (var c in characters)
            piecemeal.Write([c]);
        Assert.That(piecemeal.Text, Is.EqualTo(expected));
    }

    [Test]
    public void Cursor_IsVisibleUntilHidden()
    {
        var screen = new TerminalScreen(6, 4);
        Assert.That(screen.IsCursorVisible, Is.True);

        screen.Write("\e[?25l");
        Assert.That(screen.IsCursorVisible, Is.False);

        screen.Write("\e[?25h");
        Assert.That(screen.IsCursorVisible, Is.True);
    }

    [TestCase("␛[5S", "<1b>[5S")]
    [TestCase("␛[9K", "<1b>[9K")]
    [TestCase("␛c", "<1b>c")]
    [TestCase("\a", "<07>")]
    public void Sequence_ThatIsUnknown_IsNamed(string output, string named) => Assert.That(
        () => new TerminalScreen(6, 4).Write(output.Replace('␛', '\e')), Throws.TypeOf<NotSupportedException>().With.Message.Contains(named));
}
