using System.Text;

namespace Rx.PgNotify.Tool.Output;

/// <summary>Notifications and bursts as a template has them on the output; what happens to the line as comments.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="template">What a line is.</param>
/// <param name="end">What ends it.</param>
/// <param name="comments">Where the comments go.</param>
/// <param name="clock">The time of the lines.</param>
sealed class TemplateLines(Stream output, LineTemplate template, char end, CommentLines comments, TimeProvider clock) : IListenOutput
{
    public void Write(ListenEvent item)
    {
        if (Arrival.Of(item) is not { } arrival)
        {
            comments.Write(item);
            return;
        }

        output.Write(Encoding.UTF8.GetBytes(template.Fill(arrival, clock) + end));
        output.Flush();
    }
}
