using System.Globalization;
using NATS.Client.Core;

namespace Rx.PgNotify.Nats.IntegrationTests.Protocol;

/// <summary>
/// Takes the place of a bridge: answers what receivers ask as the test says, and publishes what the test makes up. Like any publisher that
/// the NATS server permits to.
/// </summary>
sealed class ForgedBridge : IAsyncDisposable
{
    readonly NatsConnection _nats;
    readonly string _prefix;
    readonly CancellationTokenSource _end = new();
    readonly Task _answering;
    int _asks;
    int _genuine;

    // Read where questions are answered; the test writes them meanwhile.
    volatile Term _term;
    volatile Func<int, byte[]?>? _answer;
    volatile Task _mayAnswer = Task.CompletedTask;

    ForgedBridge(NatsConnection nats, string prefix, Term term, INatsSub<byte[]> asks)
    {
        _nats = nats;
        _prefix = prefix;
        _term = term;
        _answering = AnswerAsync(asks);
    }

    public const long Stream = 7;

    /// <summary>What it says of itself in answers and in what it publishes.</summary>
    public Term Term
    {
        get => _term;
        set => _term = value;
    }

    /// <summary>The answer to a question for so many channels, or none; null for the usual one, from number 0 on.</summary>
    public Func<int, byte[]?>? Answer
    {
        get => _answer;
        set => _answer = value;
    }

    /// <summary>Before it has completed, no question is answered.</summary>
    public Task MayAnswer
    {
        get => _mayAnswer;
        set => _mayAnswer = value;
    }

    /// <summary>The number of the next one that <see cref="IsHeardAsync"/> sends.</summary>
    public int NextGenuine => Volatile.Read(ref _genuine);

    /// <summary>How many questions have come for at least one channel.</summary>
    public int Asks => Volatile.Read(ref _asks);

    public static async Task<ForgedBridge> StartAsync(Stage stage, Term? term = null)
    {
        var nats = stage.Connect();
        var asks = await stage.HearAsync(nats, "ask");
        return stage.Own(new ForgedBridge(nats, stage.Prefix, term ?? new Term(1, Term.Patient), asks));
    }

    public Task NotifyAsync(string channel, long first, params string[] payloads) =>
        SendAsync(channel, Frames.Notifications(Term, Stream, first, payloads));

    /// <summary>
    /// Sends "genuine 0", "genuine 1" … under these numbers until one is heard; from that one on nothing else may be. What comes before the
    /// answer is not heard again, so no number is sent twice.
    /// </summary>
    public async Task IsHeardAsync(string channel, Recorder<ChannelSignal> recorder)
    {
        await Eventually.IsTrueAsync(async () =>
        {
            // First: an answer that knows of a number too early has it dropped, and one that knows of it too late reports it as lost.
            var number = Interlocked.Increment(ref _genuine) - 1;
            await NotifyAsync(channel, number, $"genuine {number}");
            return Genuine().Any();
        });
        var genuine = Genuine().ToList();
        Assert.That(genuine, Has.All.Matches<ChannelSignal>(signal => signal.IsNotification));
        var first = int.Parse(genuine[0].Notification.Payload.Split(' ')[1], CultureInfo.InvariantCulture);
        Assert.That(genuine.Payloads(), Is.EqualTo(Enumerable.Range(first, genuine.Count).Select(number => $"genuine {number}")));

        IEnumerable<ChannelSignal> Genuine() => recorder.Items
            .SkipWhile(signal => !signal.IsNotification || !signal.Notification.Payload.StartsWith("genuine", StringComparison.Ordinal));
    }

    public Task BeatAsync(string channel, long next) => SendAsync(channel, Frames.Beat(Term, Stream, next));

    public Task AnnounceAsync() => PublishAsync($"{_prefix}.bridge", Frames.Announcement(Term));

    /// <summary>Sends any bytes as a message on a channel. Its name needs no escaping.</summary>
    public Task SendAsync(string channel, byte[] message) => PublishAsync($"{_prefix}.channel.{channel}", message);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _answering.WaitAsync(Eventually.Deadline);
        _end.Dispose();
    }

    async Task PublishAsync(string subject, byte[] message) => await _nats.PublishAsync(subject, message, serializer: NatsRawSerializer<byte[]>.Default);

    async Task AnswerAsync(INatsSub<byte[]> asks)
    {
        await using (asks)
        {
            try
            {
                await foreach (var ask in asks.Msgs.ReadAllAsync(_end.Token))
                {
                    var channels = Frames.CountAsked(ask.Data);
                    if (channels > 0)
                        Interlocked.Increment(ref _asks);
                    await MayAnswer.WaitAsync(_end.Token);
                    var answer = Answer is { } custom ? custom(channels) : Frames.Answer(Term, channels, Stream, next: 0);
                    if (answer is not null)
                        await PublishAsync(ask.ReplyTo!, answer);
                }
            }
            catch (OperationCanceledException)
            {
                // The end.
            }
        }
    }
}
