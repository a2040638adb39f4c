using NATS.Client.Core;

namespace Rx.PgNotify.Nats.IntegrationTests.Protocol;

/// <summary>Records what is published on a subject, whoever hears it.</summary>
static class SubjectTap
{
    /// <returns>What comes from now on, until the stage ends.</returns>
    public static async Task<Recorder<byte[]>> StartAsync(Stage stage, string subject)
    {
        var nats = stage.Connect();
        var messages = await nats.SubscribeCoreAsync(subject, serializer: NatsRawSerializer<byte[]>.Default);
        await nats.PingAsync(); // the server has the subscription
        var recorder = new Recorder<byte[]>();
        _ = RecordAsync();
        return recorder;

        async Task RecordAsync()
        {
            await foreach (var message in messages.Msgs.ReadAllAsync())
                recorder.OnNext(message.Data ?? []);
        }
    }
}
